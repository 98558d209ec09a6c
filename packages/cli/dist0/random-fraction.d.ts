import type { Io } from "./io.ts";
/** Numbers from 0 up to but not including 1, of 48 bits each. */
export declare function randomFraction({ random }: Pick<Io, "random">): () => number;
//# sourceMappingURL=random-fraction.d.ts.map