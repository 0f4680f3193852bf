/** A booked row with the balance that the bank stated after it, minor units. */
export type RowBalance = { readonly amountMinor: bigint; readonly balanceAfterMinor: bigint | null }

/**
 * Opening and closing balance of one day from the balances after its rows, in whatever order they are listed: every
 * row begins where another one ends, but for the first, and only the last one's end is no other's beginning.
 * Undefined when a row has no balance or when they do not form one chain.
 */
export function chainOf(
  rows: readonly RowBalance[],
): { readonly openingMinor: bigint; readonly closingMinor: bigint } | undefined {
  const open = new Map<bigint, number>()
  for (const { amountMinor, balanceAfterMinor } of rows) {
    if (balanceAfterMinor === null) return undefined
    count(open, balanceAfterMinor, 1)
    count(open, balanceAfterMinor - amountMinor, -1)
  }
  const ends = [...open].filter(([, left]) => left !== 0)
  if (rows.length > 0 && ends.length === 0) {
    // A day that ends where it began: every balance is both, so it is not told which one.
    const [only] = rows.length === 1 ? rows : []
    const balance = only?.balanceAfterMinor
    return balance == null ? undefined : { openingMinor: balance, closingMinor: balance }
  }
  const closing = ends.find(([, left]) => left === 1)
  const opening = ends.find(([, left]) => left === -1)
  if (ends.length !== 2 || !closing || !opening) return undefined
  return { openingMinor: opening[0], closingMinor: closing[0] }
}

function count(open: Map<bigint, number>, balance: bigint, by: number): void {
  open.set(balance, (open.get(balance) ?? 0) + by)
}
