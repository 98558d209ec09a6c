import { priceProfile } from "../spending-cap.ts"

/** What so many requests that write cost, by the prices that were given. */
export async function priceOfRequests(
  requests: number,
  prices: string | undefined,
): Promise<{ readonly amount: number; readonly currency: string } | undefined> {
  if (prices === undefined) return undefined
  const { perThousand, currency } = await priceProfile(prices)
  return { amount: Number(((requests / 1000) * perThousand.write).toFixed(4)), currency }
}
