const decimalPattern = /^(-?)(\d{1,14})(?:\.(\d{1,2}))?$/

/** Øre of a decimal string such as "-12.50"; undefined if it is not an amount with at most two decimals. */
export function parseAmount(text: unknown): bigint | undefined {
  const match = typeof text === 'string' ? decimalPattern.exec(text) : null
  if (!match) return undefined
  const minor = BigInt(match[2] ?? '0') * 100n + BigInt((match[3] ?? '').padEnd(2, '0'))
  return match[1] === '-' ? -minor : minor
}

/** Decimal string with two decimals, "-12.50". */
export function formatAmount(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0')
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
