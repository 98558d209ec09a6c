#!/usr/bin/env node
import { createRequire as createRequireOf } from "node:module"; const require = createRequireOf(import.meta.url);
import"./chunk-YWL53ELT.js";var WANTED=[24,7];function complainOfNode(found){let[major=0,minor=0]=found.split(".").map(Number);if(!(major>WANTED[0]||major===WANTED[0]&&minor>=WANTED[1]))return`bcopy needs Node ${WANTED.join(".")} or newer and found ${found}: install a newer Node, then try again.`}var complaint=complainOfNode(process.versions.node);if(complaint===void 0){let isOver=!1;process.once("beforeExit",()=>{isOver||(process.stderr.write(`bcopy: ended in the middle of its work; this is a bug
`),process.exit(1))}),import("./start-R56YQTYM.js").then(({start})=>start()).finally(()=>{isOver=!0})}else process.stderr.write(`${complaint}
`),process.exitCode=2;
//# sourceMappingURL=main.js.map
//# sourceMappingURL=main.js.map