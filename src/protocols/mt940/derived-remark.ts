type Which = 'opening' | 'closing'

const ending = ' BALANCE DERIVED FROM PROVEN ENTRIES'

/** The remark at the end of a statement of ours (field 86) about balances that no bank stated; null for none. */
export function derivedRemark(which: readonly Which[]): string | null {
  return which.length > 0 ? `${which.join(' AND ').toUpperCase()}${ending}` : null
}

/** The reverse: which balances a remark names. */
export function derivedBalances(remark: string): readonly Which[] {
  const all: readonly (readonly Which[])[] = [['opening'], ['closing'], ['opening', 'closing']]
  return all.find((which) => derivedRemark(which) === remark) ?? []
}
