import type { StatementPart } from '../domain/statement.ts'

/** Parts of a file in file order, a handful at a time: waiting for each by itself would cost as much as reading it. */
export type StatementParts = AsyncGenerator<readonly StatementPart[]>

/** One after the other what comes in batches. */
export async function* each<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const batch of batches) for (const one of batch) yield one
}
