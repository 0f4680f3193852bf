import type { Alias, DetailRow, EntryContent, Route } from './normal.ts'

const filled = <T>(mine: T | null, other: T | null): T | null => mine ?? other

/** Field by field: what `first` states, else what `second` states. */
function fill<T extends object>(first: T, second: T): T {
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(first) as (keyof T & string)[]) result[key] = filled(first[key], second[key])
  return result as T
}

/**
 * What is known of an entry once it was observed again. The route that made the entry (`owner`) is believed in all it
 * states; another route only adds what was not known. What a source leaves out it has not taken back: without this,
 * a file and a sync of the same account would change every row to and fro.
 */
export function mergeContent(known: EntryContent, observed: EntryContent, owner: boolean): EntryContent {
  const [first, second] = owner ? [observed, known] : [known, observed]
  return {
    ...fill(first, second),
    // A route's own code means something among its own codes only.
    proprietaryCode: owner ? filled(observed.proprietaryCode, known.proprietaryCode) : known.proprietaryCode,
    // The balance after a row belongs to one list of rows: it is the owner's last word or nothing.
    balanceAfterMinor: owner ? observed.balanceAfterMinor : known.balanceAfterMinor,
    details: mergeDetails(known.details, observed.details, owner),
  }
}

function mergeDetails(
  known: readonly DetailRow[],
  observed: readonly DetailRow[],
  owner: boolean,
): readonly DetailRow[] {
  if (observed.length !== known.length) return observed.length > known.length ? observed : known
  if (!owner && known.length > 1) return known
  return known.map((detail, i) => {
    const other = observed[i] ?? detail
    return owner ? fill(other, detail) : fill(detail, other)
  })
}

/**
 * Ids after another observation. Permanent ones are collected; of others the owner's last of each kind is kept, or
 * they would grow with every read of a bank that makes them anew. Another route adds kinds that were not known.
 */
export function mergeAliases(
  known: readonly Alias[],
  observed: readonly Alias[],
  options: { owner: boolean; permanent: boolean },
): readonly Alias[] {
  const sameKind = (one: Alias) => (other: Alias) => other.kind === one.kind
  if (!options.owner) return [...known, ...observed.filter((one) => !known.some(sameKind(one)))]
  const replaced = (one: Alias) =>
    observed.some((other) => sameKind(one)(other) && (!options.permanent || other.value === one.value))
  return [...known.filter((one) => !replaced(one)), ...observed]
}

/** Notes by which row another route tells the entry. */
export function tellBy(aliases: readonly Alias[], route: Route, identityHash: string): readonly Alias[] {
  const kind = `told:${route}` as const
  return [...aliases.filter((alias) => alias.kind !== kind), { kind, value: identityHash }]
}

/** Equal in all that a client is shown. The balance after a row is evidence, no part of the movement. */
export function sameContent(one: EntryContent, other: EntryContent): boolean {
  return sameFields(one, other) && sameDetails(one.details, other.details)
}

export function sameDetails(one: readonly DetailRow[], other: readonly DetailRow[]): boolean {
  return one.length === other.length && one.every((detail, i) => sameFields(detail, other[i] ?? {}))
}

export function sameAliases(one: readonly Alias[], other: readonly Alias[]): boolean {
  return (
    one.length === other.length &&
    one.every((alias) => other.some((twin) => twin.kind === alias.kind && twin.value === alias.value))
  )
}

const unshown: ReadonlySet<string> = new Set(['details', 'balanceAfterMinor'])

function sameFields(one: object, other: object): boolean {
  const fields = other as Record<string, unknown>
  return Object.entries(one).every(([key, value]) => unshown.has(key) || value === fields[key])
}
