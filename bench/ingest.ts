import pg from 'pg'
import type { Bench, BenchOptions } from './bench.ts'
import { copyIn, copyOut } from './copy.ts'
import { type ThrownAway, throwAwayServer } from './database.ts'
import { ingestFile, ingestRead, type World, withWorld } from './ingest-world.ts'
import { type Ledger, makeLedger } from './ledger.ts'
import { inTurns, median, rounded, timed } from './measure.ts'
import { prismaWriting, type Writing } from './prisma-rows.ts'

/** Prisma keeps all that it is given, several times: many more take gigabytes. */
const mostForPrisma = 10_000

const tables = ['observation', 'entry', 'entry_detail', 'entry_alias'] as const

export const bench: Bench = {
  title:
    'Rows of an account taken in with identity and proof, beside COPY and INSERT SELECT of the same rows',
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

async function compare(server: ThrownAway, ledger: Ledger, options: BenchOptions) {
  const rows = ledger.entries.length
  const runs = options.runs ?? (options.quick ? 1 : 3)
  const texts = await storedRows(server, ledger)
  const results = await inTurns(
    {
      copy: () => limitSeconds(server, texts),
      file: () => inWorld(server, (world) => ingestFile(world, ledger)),
      read: () => inWorld(server, (world) => ingestRead(world, ledger)),
    },
    runs,
  )
  const middle = (name: string) => median(results.get(name) ?? [])
  options.note(`Prisma createMany of ${Math.min(rows, mostForPrisma)} such rows, once`)
  const written = Math.min(rows, mostForPrisma)
  const writing = await prismaRows(server, makeLedger(written))
  const prisma = await inWorld(server, writing)
  const limit = middle('copy')
  const row = (what: string, seconds: number, count = rows) => ({
    what,
    rows: count,
    seconds: rounded(seconds),
    'rows per second': Math.round(count / seconds),
    'times the limit': rounded(seconds / count / (limit / rows)),
  })
  return {
    facts: { rows, runs },
    rows: [
      row('COPY to a temporary table, INSERT SELECT (the limit)', limit),
      row('a file of twelve statements', middle('file')),
      row('a first read of a bank: pages committed one by one, then one window', middle('read')),
      row('Prisma createMany, once', prisma, written),
    ],
    aims: [{ what: 'file, times the limit', measured: rounded(middle('file') / limit), atMost: 1.3 }],
  }
}

type Stored = ReadonlyMap<string, readonly Buffer[]>

/** The rows as they stand in the database after a file, as COPY writes them. */
async function storedRows(server: ThrownAway, ledger: Ledger): Promise<Stored> {
  const texts = new Map<string, readonly Buffer[]>()
  await withWorld(server, async (world) => {
    await ingestFile(world, ledger)
    await withClient(world, async (client) => {
      for (const table of tables) texts.set(table, await copyOut(client, `select * from ${table}`))
    })
  })
  return texts
}

const prismaRows = (server: ThrownAway, ledger: Ledger): Promise<Writing> =>
  withWorld(server, async (world) => {
    await ingestFile(world, ledger)
    return prismaWriting(world)
  })

/** The same rows into the same tables, as fast as PostgreSQL takes them under row level security. */
function limitSeconds(server: ThrownAway, stored: Stored): Promise<number> {
  return inWorld(server, (world) =>
    withClient(world, async (client) => {
      await client.query('begin')
      for (const [table, chunks] of stored) {
        await client.query(`create temporary table copied (like ${table}) on commit drop`)
        await copyIn(client, 'copied', chunks)
        await client.query(`insert into ${table} select * from copied`)
        await client.query('drop table copied')
      }
      await client.query('commit')
    }),
  )
}

async function withClient(world: World, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: world.appUrl })
  await client.connect()
  try {
    await client.query(`select set_config('app.client_id', $1, false)`, [world.clientId])
    await work(client)
  } finally {
    await client.end()
  }
}

/** Seconds of one thing done in a database of its own. */
const inWorld = (server: ThrownAway, work: (world: World) => Promise<unknown>): Promise<number> =>
  withWorld(server, async (world) => (await timed(() => work(world))).seconds)
