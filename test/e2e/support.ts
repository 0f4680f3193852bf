import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startReceiver } from '../../scripts/demo/receiver.ts'
import { newWalk, type Walk } from '../../scripts/demo/walk.ts'
import { type Role, type Stack, startStack } from '../../scripts/stack.ts'
import { freshDatabase } from '../support/database.ts'

export type World = {
  readonly stack: Stack
  readonly walk: Walk
  /** What a gateway process has logged as an error. */
  errors(): string[]
  /** Runs a query as the gateway's role, on behalf of the stack's client. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>
  close(): Promise<void>
}

/** A sandbox and gateway processes of their own, on a database of the test run's server. */
export async function startWorld(roles: readonly Role[]): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kontobro-e2e-'))
  const database = await freshDatabase()
  const receiver = await startReceiver()
  const stack = await startStack({ dataDir, roles, database })
  const walk = newWalk({
    api: [stack.api, ...stack.moreApis],
    apiKey: stack.apiKey,
    control: stack.sandbox.control,
    receiver,
  })
  return {
    stack,
    walk,
    errors: () => stack.gateway.flatMap((child) => child.output().split('\n').filter(isError)),
    query: (text) => queryAs(database.appUrl, stack.client, text),
    async close() {
      await stack.stop()
      await receiver.close()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const isError = (line: string) => /"level":"(error|fatal)"/.test(line)

async function queryAs<Row extends pg.QueryResultRow>(url: string, clientId: string, text: string) {
  const connection = new pg.Client({ connectionString: url })
  await connection.connect()
  try {
    await connection.query('begin')
    await connection.query(`select set_config('app.client_id', $1, true)`, [clientId])
    const { rows } = await connection.query<Row>(text)
    await connection.query('commit')
    return rows
  } finally {
    await connection.end()
  }
}

/** As if the leases of processes that are dead had run out: nothing else would happen by waiting for it. */
export async function expireLeases(world: World): Promise<void> {
  await world.query(`update due_work set lease_until = to_timestamp(0) where lease_until is not null`)
}

/** Numbers in [0, 1) that look random and are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}
