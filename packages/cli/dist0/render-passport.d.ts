import type { Paint } from "./paint.ts";
/** What a store was found to do, of whatever kind it is. */
export interface StorePassport {
    readonly kind: string;
    readonly properties: readonly {
        readonly name: string;
        readonly ok: boolean;
        readonly needed: boolean;
        readonly detail: string;
    }[];
}
/** A passport as a table, and what it means. */
export declare function renderPassport(name: string, { properties }: StorePassport, { bold }: Paint): string;
//# sourceMappingURL=render-passport.d.ts.map