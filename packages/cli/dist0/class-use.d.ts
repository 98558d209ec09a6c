/** Requests by the classes they are billed in, and bytes. */
export interface ClassUse {
    readonly requests: number;
    readonly classes: Readonly<Record<"write" | "list" | "read" | "delete", number>>;
    readonly bytesSent: number;
    readonly bytesReceived: number;
}
export declare const noUse: ClassUse;
/** Both together. */
export declare function addUse(a: ClassUse, b: ClassUse): ClassUse;
/** What came after `before`. */
export declare function useSince(now: ClassUse, before: ClassUse): ClassUse;
//# sourceMappingURL=class-use.d.ts.map