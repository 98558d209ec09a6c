import { createRequire as createRequireOf } from "node:module"; const require = createRequireOf(import.meta.url);
import{StartedMovers,startMovers}from"./chunk-P7QM5WFA.js";import"./chunk-YWL53ELT.js";export{StartedMovers,startMovers};
//# sourceMappingURL=started-movers-ONPMHSTY.js.map
//# sourceMappingURL=started-movers-ONPMHSTY.js.map