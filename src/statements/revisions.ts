import type { Prisma, Tx } from '../db.ts'
import type { Confidence, EntryState, Reason } from './identity.ts'
import type { Alias, DetailRow, EntryContent, Route } from './normal.ts'

/** What an entry was before a revision, and the row that was then taken for it. */
export type Was = {
  readonly state: EntryState
  readonly route: Route
  readonly hash: string
  readonly identityHash: string
  readonly content: EntryContent
  readonly aliases: readonly Alias[]
  /** Null where no row was: it was taken back, merged or split. */
  readonly row: { readonly hash: string; readonly identityHash: string } | null
}

export type RevisionRow = Awaited<ReturnType<Tx['prisma']['entryRevision']['findFirstOrThrow']>>

/** Reasons for which a row was taken to be the entry, so that it may have been taken wrongly. */
const takings: ReadonlySet<string> = new Set<Reason>([
  ...(['permanent_id', 'content', 'reference', 'same_day_amount'] as const),
  ...(['moved', 'booked', 'restated'] as const),
])

export const tookRow = (revision: RevisionRow) => takings.has(revision.reason)

/** What a transaction was before each of its revisions, newest first; one more than `limit` where there are more. */
export function listRevisions(
  tx: Tx,
  entryId: string,
  { limit, below }: { readonly limit: number; readonly below?: number },
): Promise<RevisionRow[]> {
  return tx.prisma.entryRevision.findMany({
    where: { clientId: tx.clientId, entryId, ...(below === undefined ? {} : { revision: { lt: below } }) },
    orderBy: { revision: 'desc' },
    take: limit + 1,
  })
}

/** Routes other than its own whose rows are taken for the transaction: `bank:second`, `file:camt`. */
export async function listTellers(tx: Tx, entryId: string): Promise<string[]> {
  const told = await tx.prisma.entryAlias.findMany({
    where: { clientId: tx.clientId, entryId, kind: { startsWith: 'told:' } },
    orderBy: { kind: 'asc' },
  })
  return [...new Set(told.map(({ kind }) => kind.slice('told:'.length)))]
}

/** Reads what `apply.ts` wrote of an entry before it changed it. */
export function wasOf({ before }: RevisionRow): Was {
  const { state, route, hash, identityHash, aliases, row, ...content } = before as Prisma.JsonObject
  return {
    state: state as EntryState,
    route: route as Route,
    hash: hash as string,
    identityHash: identityHash as string,
    aliases: (aliases ?? []) as unknown as readonly Alias[],
    row: (row ?? null) as unknown as Was['row'],
    content: contentOf(content as Prisma.JsonObject),
  }
}

const minor = (value: unknown) => (typeof value === 'string' ? BigInt(value) : null)

function contentOf(stated: Prisma.JsonObject): EntryContent {
  const details = (stated.details ?? []) as Prisma.JsonObject[]
  return {
    ...(stated as unknown as EntryContent),
    amountMinor: minor(stated.amountMinor) ?? 0n,
    balanceAfterMinor: minor(stated.balanceAfterMinor),
    details: details.map((detail) => ({
      ...(detail as unknown as DetailRow),
      amountMinor: minor(detail.amountMinor),
    })),
  }
}

export const confidences = ['certain', 'high', 'medium', 'low'] as const satisfies readonly Confidence[]
