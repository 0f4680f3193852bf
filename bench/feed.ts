import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { appendEvents } from '../src/events/append.ts'
import { feedEvents } from '../src/events/feed.ts'
import { createApiKey } from '../src/http/api-keys.ts'
import { createLogger } from '../src/http/logging.ts'
import type { HttpPorts } from '../src/http/ports.ts'
import { routes } from '../src/http/routes/index.ts'
import { buildHttp } from '../src/http/server.ts'
import { createVault } from '../src/vault.ts'
import type { Bench, BenchOptions } from './bench.ts'
import { throwAwayServer } from './database.ts'
import { ingestFile, type World, withWorld } from './ingest-world.ts'
import { makeLedger } from './ledger.ts'
import { inTurns, median, rounded, timed } from './measure.ts'

const inPage = 100

export const bench: Bench = {
  title: `Pages of ${inPage} of what has changed, read over HTTP from the first to the last`,
  async run(options) {
    const rows = options.rows ?? (options.quick ? 1_000 : 20_000)
    const server = await throwAwayServer()
    try {
      return await withWorld(server, (world) => measure(world, rows, options))
    } finally {
      await server.remove()
    }
  },
}

async function measure(world: World, rows: number, options: BenchOptions) {
  await ingestFile(world, makeLedger(rows))
  await makeEvents(world, rows)
  const api = await openApi(world)
  try {
    const changes = `/v1/accounts/${world.account.id}/changes`
    const runs = options.runs ?? (options.quick ? 1 : 3)
    const pages = Math.ceil(rows / inPage)
    const results = await inTurns(
      {
        sql: () => seconds(() => readBare(world, rows)),
        changes: () => seconds(() => api.readAll(changes, rows)),
        four: () => seconds(() => Promise.all([1, 2, 3, 4].map(() => api.readAll(changes, rows)))),
        events: () => seconds(() => api.readAll('/v1/events', rows)),
        nothing: () => seconds(() => api.askAgain(changes, pages)),
      },
      runs,
    )
    const row = (what: string, name: string, count = pages) => {
      const took = median(results.get(name) ?? [])
      return { what, pages: count, seconds: rounded(took), 'pages per second': rounded(count / took, 1) }
    }
    return {
      facts: { rows, runs, 'rows in a page': inPage },
      rows: [
        row('the same rows by SQL alone, without details (the limit)', 'sql'),
        row('changes of an account, one reader', 'changes'),
        row('changes of an account, four readers', 'four', 4 * pages),
        row('changes, nothing new', 'nothing'),
        row('events, one reader', 'events'),
      ],
      aims: [],
    }
  } finally {
    await api.close()
  }
}

const seconds = async (work: () => Promise<unknown>) => (await timed(work)).seconds

/** Events as reads leave them, with their places in the feed. */
async function makeEvents({ db, clientId, account }: World, count: number): Promise<void> {
  const about = { resourceType: 'account', resourceId: account.id, companyId: account.companyId }
  const event = (number: number) =>
    ({ type: 'transaction.added', data: { accountId: account.id, count: number } }) as const
  await db.forClient(clientId, (tx) =>
    appendEvents(
      tx,
      about,
      Array.from({ length: count }, (_none, i) => event(i)),
    ),
  )
  while ((await feedEvents(db)).more);
}

async function openApi({ db, clientId }: World) {
  const log = createLogger({ level: 'error' })
  const ports = {
    ...{ db, log, kind: 'sandbox', publicUrl: 'http://localhost', allowPrivateWebhooks: false },
    clock: { now: () => new Date() },
    vault: createVault({ keyEncryptionKey: randomBytes(32), indexKey: randomBytes(32) }),
  } as Partial<HttpPorts> as HttpPorts
  const app = await buildHttp(ports, { routes, requestsPerMinute: 1_000_000 })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const { secret } = await db.forClient(clientId, (tx) =>
    createApiKey(tx, 'sandbox', {
      name: 'bench',
      scopes: ['read'],
      actor: { kind: 'operator', id: 'bench' },
    }),
  )
  const get = async (path: string, after: string | null): Promise<Page> => {
    const query = after === null ? '' : `&after=${encodeURIComponent(after)}`
    const answer = await fetch(`${origin}${path}?limit=${inPage}${query}`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Page
  }
  const ends = new Map<string, string | null>()
  return {
    /** Follows the cursor until there is no more. @throws Error unless that many were told. */
    async readAll(path: string, wanted: number): Promise<void> {
      let [told, after, more]: [number, string | null, boolean] = [0, null, true]
      while (more) {
        const page = await get(path, after)
        told += page.data.length
        after = page.nextCursor ?? after
        more = page.more ?? page.nextCursor !== null
      }
      if (told < wanted) throw new Error(`${path} told of ${told} of ${wanted}`)
      ends.set(path, after)
    },
    /** From the end of what was read last. */
    async askAgain(path: string, times: number): Promise<void> {
      const page = await get(path, ends.get(path) ?? null)
      for (let i = 1; i < times; i++) await get(path, page.nextCursor)
    },
    close: () => app.close(),
  }
}

type Page = { readonly data: readonly unknown[]; readonly nextCursor: string | null; readonly more?: boolean }

/** The rows of the list of changes, page by page, and nothing else. */
async function readBare(world: World, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: world.appUrl })
  await client.connect()
  try {
    await client.query(`select set_config('app.client_id', $1, false)`, [world.clientId])
    let [read, after] = [0, '0']
    while (read < rows) {
      const page = await client.query<{ change_seq: string }>(
        `select * from entry where client_id = $1 and account_id = $2 and change_seq > $3 order by change_seq limit $4`,
        [world.clientId, world.account.id, after, inPage],
      )
      read += page.rows.length
      after = page.rows.at(-1)?.change_seq ?? after
    }
  } finally {
    await client.end()
  }
}
