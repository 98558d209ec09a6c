import { createRequire as createRequireOf } from "node:module"; const require = createRequireOf(import.meta.url);
var __defProp=Object.defineProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:!0})};export{__export};
//# sourceMappingURL=chunk-YWL53ELT.js.map
//# sourceMappingURL=chunk-YWL53ELT.js.map