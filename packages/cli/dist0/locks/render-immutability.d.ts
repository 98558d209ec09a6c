import type { Immutability } from "@bcopy/copy-engine";
/** How long what points need is locked, in words. */
export declare function renderImmutability(immutability: Immutability | undefined): string;
/** The same for a document. */
export declare function immutabilityDocument(immutability: Immutability | undefined): {
    days?: number;
    followsRetention: boolean;
    mode: import("@bcopy/repo").LockMode;
    generationDays: number;
} | undefined;
//# sourceMappingURL=render-immutability.d.ts.map