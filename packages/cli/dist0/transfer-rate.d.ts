/** How fast something goes on, over the last seconds. */
export declare class TransferRate {
    #private;
    add(atMs: number, doneBytes: number): void;
    /** Bytes per second; `undefined` until there is something to tell it from. */
    get bytesPerSecond(): number | undefined;
}
//# sourceMappingURL=transfer-rate.d.ts.map