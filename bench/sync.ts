import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench, BenchOptions } from './bench.ts'
import { median, rounded } from './measure.ts'
import { type MeasuredWorker, startMeasured } from './sync-worker.ts'
import { addAccounts, makeDue, openSyncWorld, type SyncWorld } from './sync-world.ts'

export const bench: Bench = {
  title: 'Reads of accounts per second: claim, queue, TLS with a client certificate, JSON, ingest and proof',
  async run(options) {
    const world = await openSyncWorld()
    try {
      return await measureAll(world, options)
    } finally {
      await world.close()
    }
  },
}

/** What one measurement gave. Shares: of the time of a read, from when its turn came to when the next one's did. */
type Measured = {
  readonly due: number
  readonly syncs: number
  /** Reads at a time. */
  readonly beside: number
  readonly perSecond: number
  /** Processor time of the worker for one read, milliseconds. */
  readonly processor: number
  readonly bank: number
  readonly parse: number
  readonly database: number
  readonly rest: number
}

async function measureAll(world: SyncWorld, options: BenchOptions) {
  const sizes = options.quick ? [50, 200] : [1_000, 10_000, options.rows ?? 100_000]
  const measured = options.quick ? 40 : 600
  const accounts = await addAccounts(world, measured)
  options.note(`first reads of ${measured} accounts`)
  const first = await measure(world, accounts, measured)
  const results: Measured[] = []
  let others = 0
  for (const due of sizes) {
    options.note(`${due} accounts due`)
    const more = await addAccounts(world, Math.max(0, due - measured - others))
    others += more.length
    await makeDue(world, more, { earlier: false })
    const runs: Measured[] = []
    for (let run = 0; run < (options.runs ?? 1); run++) {
      await nextDay(world)
      runs.push(await measure(world, accounts, due))
    }
    results.push(middle(runs))
  }
  return report(first, results)
}

/** A day later, with one more booking at the bank. */
async function nextDay(world: SyncWorld): Promise<void> {
  const { control, made } = world.walk
  await control.advance('PT25H')
  const { now } = await control.ledger()
  const account = made.accounts?.[0]?.bban ?? ''
  const bookingDate = now.slice(0, 10)
  await control.inject({ account, amount: '123.45', currency: 'NOK', bookingDate, kid: '1234567897' })
}

/** Reads these accounts, while others are due as well, and stops. */
async function measure(world: SyncWorld, accounts: readonly string[], due: number): Promise<Measured> {
  const before = await countEnded(world, accounts)
  await makeDue(world, accounts, { earlier: true })
  const worker = await startMeasured(world)
  const found = await watchReads(worker, accounts.length).finally(() => worker.stop())
  const ended = (await countEnded(world, accounts)) - before
  if (ended < accounts.length) throw new Error(`${ended} of ${accounts.length} accounts were read`)
  return { ...found, due }
}

async function watchReads(worker: MeasuredWorker, wanted: number): Promise<Omit<Measured, 'due'>> {
  const bankBefore = await worker.bankMs()
  const cpuBefore = process.cpuUsage()
  const begun = performance.now()
  while (worker.stages.syncs < wanted) await sleep(20)
  const elapsed = performance.now() - begun
  const cpu = process.cpuUsage(cpuBefore)
  const { syncs, connector, database } = worker.stages
  const bank = (await worker.bankMs()) - bankBefore
  const turn = elapsed * worker.concurrency
  const share = (ms: number) => rounded((100 * ms) / turn, 1)
  const parse = Math.max(0, connector - bank)
  return {
    syncs,
    beside: worker.concurrency,
    perSecond: rounded((1_000 * syncs) / elapsed, 1),
    processor: rounded((cpu.user + cpu.system) / 1_000 / syncs, 1),
    bank: share(bank),
    parse: share(parse),
    database: share(database),
    rest: share(turn - bank - parse - database),
  }
}

async function countEnded(world: SyncWorld, accounts: readonly string[]): Promise<number> {
  const rows = await world.query<{ count: number }>(
    `select count(*)::int4 as count from sync_job
      where account_id = any ($1::text[]) and state in ('succeeded', 'succeeded_no_change')`,
    [accounts],
  )
  return rows[0]?.count ?? 0
}

function middle(runs: readonly Measured[]): Measured {
  const of = (name: keyof Measured) => median(runs.map((run) => run[name]))
  return {
    due: of('due'),
    syncs: of('syncs'),
    beside: of('beside'),
    perSecond: of('perSecond'),
    processor: of('processor'),
    bank: of('bank'),
    parse: of('parse'),
    database: of('database'),
    rest: of('rest'),
  }
}

function report(first: Measured, results: readonly Measured[]) {
  const row = (what: string, { due, perSecond, processor, bank, parse, database, rest }: Measured) => ({
    what,
    'accounts due': due,
    'reads per second': perSecond,
    'worker, ms of a processor': processor,
    'bank, %': bank,
    'parse, %': parse,
    'database, %': database,
    'rest, %': rest,
  })
  const least = Math.min(...results.map(({ perSecond }) => perSecond))
  const most = results.find(({ perSecond }) => perSecond > 0)?.perSecond ?? 0
  const last = results.at(-1)?.perSecond ?? 0
  return {
    facts: { 'accounts read each time': first.syncs, 'reads at a time': first.beside, queue: 'PostgreSQL' },
    rows: [
      row('first reads, the whole history', first),
      ...results.map((result) => row('daily reads, one new row', result)),
    ],
    aims: [
      { what: 'daily reads per second, the least', measured: least, atLeast: 40 },
      { what: 'daily reads per second, wished for', measured: least, atLeast: 100 },
      {
        what: 'with most accounts due beside the fewest',
        measured: most > 0 ? rounded(last / most) : null,
        atLeast: 0.8,
      },
    ],
  }
}
