import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import pg from 'pg'
import { agreementSteps } from '../scripts/demo/agreement.ts'
import { consentSteps } from '../scripts/demo/consent.ts'
import { startReceiver } from '../scripts/demo/receiver.ts'
import { runSteps } from '../scripts/demo/run.ts'
import { made, newWalk, type Walk } from '../scripts/demo/walk.ts'
import { sandboxFolder } from '../scripts/stack/place.ts'
import { type Stack, startStack } from '../scripts/stack.ts'
import { newId } from '../src/domain/ids.ts'

/** A company whose accounts can be read, with the sandbox's bank in a process of its own, and no gateway running. */
export type SyncWorld = {
  readonly env: NodeJS.Dict<string>
  readonly databaseUrl: string
  readonly walk: Walk
  /** Runs a query as the gateway's role, on behalf of the company's client. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export async function openSyncWorld(): Promise<SyncWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kontobro-bench-sync-'))
  const receiver = await startReceiver()
  const stack = await startStack({ dataDir, temporary: true })
  const close = async () => {
    await stack.stop()
    await receiver.close()
  }
  try {
    const api = { api: stack.api, apiKey: stack.apiKey }
    const walk = newWalk({ ...api, control: stack.sandbox.control, receiver })
    // Deliveries of webhooks are no part of a read.
    const steps = [...agreementSteps, ...consentSteps].filter(({ title }) => !title.startsWith('Webhook'))
    await runSteps(walk, steps, { patienceMs: 30_000 })
    await Promise.all(stack.gateway.map((child) => child.kill('SIGTERM')))
    await liftLimit(stack, dataDir)
    const env = parseEnv(readFileSync(join(dataDir, 'gateway.env'), 'utf8'))
    const databaseUrl = env.DATABASE_URL ?? ''
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query(`select set_config('app.client_id', $1, false)`, [stack.client])
    return {
      // As the page of the settings tells a busy worker.
      env: { ...env, LOG_LEVEL: 'error', DATABASE_POOL: '40' },
      databaseUrl,
      walk,
      query: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
        (await client.query<Row>(text, values)).rows,
      async close() {
        await client.end()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** All accounts of the bench are one at the bank: its four reads a day would soon be used up. */
async function liftLimit({ sandboxChild }: Stack, dataDir: string): Promise<void> {
  await sandboxChild.kill('SIGTERM')
  const file = join(sandboxFolder(dataDir), 'sandbox.json')
  const state = readFileSync(file, 'utf8').replaceAll(/("frequencyPerDay":\s*)\d+/g, '$1100000000')
  writeFileSync(file, state)
  await sandboxChild.start()
}

/** Makes accounts that are read under the company's consent, each a copy of its first one. Answers their ids. */
export async function addAccounts(world: SyncWorld, count: number): Promise<readonly string[]> {
  const [like] = made(world.walk, 'accounts')
  const at = new Date('2026-01-05T08:00:00Z')
  const ids = Array.from({ length: count }, () => newId('account', at))
  const accesses = ids.map(() => newId('access', at))
  await world.query('begin')
  await world.query(
    `insert into account (id, client_id, company_id, connection_id, institution_id, number, iban, bban, currency, name,
        owner_name, product, state, ownership, ownership_evidence, route, created_at)
     select u.id, client_id, company_id, connection_id, institution_id, u.id, iban, bban, currency, name,
        owner_name, product, 'discovered', ownership, ownership_evidence, route, created_at
       from account a cross join unnest($2::text[]) as u (id) where a.id = $1`,
    [like?.id, ids],
  )
  await world.query(`update account set state = 'enabled' where id = any ($1::text[])`, [ids])
  await world.query(
    `insert into account_access (id, client_id, company_id, account_id, consent_id, resource_id, created_at)
     select u.id, client_id, company_id, u.account_id, consent_id, resource_id, created_at
       from account_access a cross join unnest($2::text[], $3::text[]) as u (id, account_id) where a.account_id = $1`,
    [like?.id, accesses, ids],
  )
  await world.query('commit')
  return ids
}

/** Makes reads due. `earlier`: they come before others. */
export async function makeDue(
  world: SyncWorld,
  accountIds: readonly string[],
  options: { readonly earlier: boolean },
): Promise<void> {
  const at = new Date('2026-01-05T08:00:00Z')
  await world.query(
    `insert into due_work (id, client_id, company_id, kind, subject_id, due_at, created_at)
     select u.id, a.client_id, a.company_id, 'statements-sync', a.id, $3, $3
       from account a join unnest($1::text[], $2::text[]) as u (id, account_id) on u.account_id = a.id
     on conflict (client_id, kind, subject_id) do update set due_at = excluded.due_at, lease_until = null, lease_token = null`,
    [
      accountIds.map(() => newId('due', at)),
      accountIds,
      new Date(options.earlier ? '2026-01-01T00:00:00Z' : '2026-01-02T00:00:00Z'),
    ],
  )
}
