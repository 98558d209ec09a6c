/** What so many requests that write cost, by the prices that were given. */
export declare function priceOfRequests(requests: number, prices: string | undefined): Promise<{
    readonly amount: number;
    readonly currency: string;
} | undefined>;
//# sourceMappingURL=lock-price.d.ts.map