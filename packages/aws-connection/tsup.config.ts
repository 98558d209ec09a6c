import { buildPackage } from "../../tools/build-package/build-package.ts"

export default buildPackage(import.meta.dirname)
