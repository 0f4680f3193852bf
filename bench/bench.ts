/** What a bench is: a file `bench/NAME.ts` that exports `bench`. */
export type Bench = {
  /** One sentence: what is measured beside what. */
  readonly title: string
  run(options: BenchOptions): Promise<BenchReport>
}

export type BenchOptions = {
  /** Small amounts, to see that it works; its numbers say nothing. */
  readonly quick: boolean
  /** How often each thing is measured; undefined: as the bench sees fit. */
  readonly runs?: number
  /** How many rows (files: entries; tables: what is in them); undefined: as many as the aims speak of. */
  readonly rows?: number
  /** Says what goes on, beside the result. */
  readonly note: (line: string) => void
}

export type Cell = string | number | null

export type BenchReport = {
  /** What the numbers depend on: amounts, versions. */
  readonly facts: Readonly<Record<string, string | number>>
  /** One row for each thing measured, all with the same columns; the first column names it. Null: not measured. */
  readonly rows: readonly Readonly<Record<string, Cell>>[]
  readonly aims: readonly Aim[]
}

/** A number held against what was aimed at. `measured` null: what it needs was not there. */
export type Aim = {
  readonly what: string
  readonly measured: number | null
  readonly atMost?: number
  readonly atLeast?: number
}

/** Whether an aim is reached; null where nothing was measured. */
export function isReached({ measured, atMost, atLeast }: Aim): boolean | null {
  if (measured === null) return null
  return (atMost === undefined || measured <= atMost) && (atLeast === undefined || measured >= atLeast)
}
