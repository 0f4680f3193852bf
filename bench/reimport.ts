import type { Bench, BenchOptions } from './bench.ts'
import { type ThrownAway, throwAwayServer } from './database.ts'
import { ingestFile, ingestRead, type World, withWorld } from './ingest-world.ts'
import { type Ledger, makeLedger } from './ledger.ts'
import { inTurns, median, rounded, timed } from './measure.ts'

export const bench: Bench = {
  title: 'The same rows of an account taken in once more, beside the first time',
  async run(options) {
    const rows = options.rows ?? (options.quick ? 2_000 : 100_000)
    const server = await throwAwayServer()
    try {
      return await compare(server, makeLedger(rows), options)
    } finally {
      await server.remove()
    }
  },
}

type Twice = { readonly first: number; readonly again: number }
type Ingest = (world: World, ledger: Ledger) => Promise<{ readonly added: number }>

/** Both times in one database: what is kept, and that nothing is added, is part of it. */
const twice = (server: ThrownAway, ingest: Ingest, ledger: Ledger): Promise<Twice> =>
  withWorld(server, async (world) => {
    const first = await timed(() => ingest(world, ledger))
    const again = await timed(() => ingest(world, ledger))
    if (first.value.added !== ledger.entries.length || again.value.added !== 0) {
      throw new Error(
        `added ${first.value.added}, then ${again.value.added} of ${ledger.entries.length} rows`,
      )
    }
    return { first: first.seconds, again: again.seconds }
  })

async function compare(server: ThrownAway, ledger: Ledger, options: BenchOptions) {
  const rows = ledger.entries.length
  const runs = options.runs ?? (options.quick ? 1 : 3)
  const results = await inTurns(
    {
      file: () => twice(server, ingestFile, ledger),
      read: () => twice(server, ingestRead, ledger),
    },
    runs,
  )
  const row = (what: string, name: string) => {
    const all = results.get(name) ?? []
    const first = median(all.map((one) => one.first))
    const again = median(all.map((one) => one.again))
    const ratio = rounded(median(all.map((one) => one.again / one.first)))
    return { what, 'first, s': rounded(first), 'again, s': rounded(again), 'again / first': ratio }
  }
  const table = [row('a file of twelve statements', 'file'), row('a read of a bank, one window', 'read')]
  return {
    facts: { rows, runs },
    rows: table,
    aims: table.map((one) => ({
      what: `${one.what}, again / first`,
      measured: one['again / first'],
      atMost: 0.6,
    })),
  }
}
