import type { Prisma } from '../db.ts'
import type { BatchSummary, Charge, StatedAmounts } from '../domain/statement.ts'
import { fromJson } from './normal.ts'

/** What `normal.ts` stored of an entry as JSON, in the words of the normal form again; null where nothing was stated. */
export const amountsOf = (json: Prisma.JsonValue) => read<StatedAmounts>(json)
export const chargesOf = (json: Prisma.JsonValue) => read<readonly Charge[]>(json)
export const batchesOf = (json: Prisma.JsonValue) => read<readonly BatchSummary[]>(json)

/** All structured references to the creditor, as written. */
export function creditorReferencesOf(json: Prisma.JsonValue): readonly string[] {
  return Array.isArray(json) ? json.filter((one) => typeof one === 'string') : []
}

function read<Shape>(json: Prisma.JsonValue): Shape | null {
  // Written by `statedJson` from that very shape.
  return json === null ? null : (fromJson(json) as unknown as Shape)
}
