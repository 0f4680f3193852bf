import type { StatementPart } from '../domain/statement.ts'

/** Parts of a file in file order, a handful at a time: waiting for each by itself would cost as much as reading it. */
export type StatementParts = AsyncGenerator<readonly StatementPart[]>

/** One after the other what comes in batches. */
export async function* each<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const batch of batches) for (const one of batch) yield one
}

/** A format that takes bytes as they come and has parts to give out now and then. */
type Feed = {
  /** Bytes between two looks at what was found: bounds what waits in memory. */
  readonly stepBytes: number
  write(bytes: Uint8Array): void
  end(): void
}

/**
 * Feeds a source to a format and gives out what it finds.
 * @param start makes the format; `emit` takes its parts.
 * @throws whatever the format throws, after all parts that stand before the fault.
 */
export async function* gather(
  source: AsyncIterable<Uint8Array>,
  start: (emit: (part: StatementPart) => void) => Feed,
): StatementParts {
  let found: StatementPart[] = []
  const take = (): readonly StatementPart[] => {
    const taken = found
    found = []
    return taken
  }
  const feed = start((part) => found.push(part))
  const { stepBytes } = feed
  try {
    for await (const chunk of source) {
      for (let from = 0; from < chunk.length; from += stepBytes) {
        feed.write(chunk.subarray(from, from + stepBytes))
        if (found.length > 0) yield take()
      }
    }
    feed.end()
  } catch (error) {
    yield take()
    throw error
  }
  yield take()
}
