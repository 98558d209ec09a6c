import type { PriceProfile, SpendingCap } from "@bcopy/repo-s3";
import type { Call } from "./cli-command.ts";
/** The one cap of a run over all its buckets; `undefined` where neither caps nor prices were given. @throws CliError `Usage` */
export declare function spendingCap({ options, buckets, }: Pick<Call, "options" | "buckets">): Promise<SpendingCap | undefined>;
/** Prices by the name of a profile that is known, or from a JSON file. @throws CliError `Usage` */
export declare function priceProfile(text: string): Promise<PriceProfile>;
//# sourceMappingURL=spending-cap.d.ts.map