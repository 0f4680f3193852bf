import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allMoves, machines } from '../../src/domain/machines.ts'
import { connected, type FreshDatabase, freshDatabase } from '../support/database.ts'
import { asClient, outcome, rowFor, seedEveryTable } from './support.ts'

let database: FreshDatabase
let app: pg.Client

beforeAll(async () => {
  database = await freshDatabase()
  app = new pg.Client({ connectionString: database.appUrl })
  await app.connect()
  await app.query('begin')
  await seedEveryTable(app, 'cli_a')
  await app.query('commit')
})
afterAll(async () => {
  await app?.end()
  await database?.drop()
})

describe('state machines in the database', () => {
  test('equal those in the code', async () => {
    const result = await app.query<{ move: string }>(
      `select machine || ' ' || from_state || ' ' || to_state as move from transition`,
    )
    const inCode = allMoves.map((move) => `${move.machine} ${move.from} ${move.to}`)
    expect(result.rows.map((row) => row.move).toSorted()).toEqual(inCode.toSorted())
  })

  test('every table with a state has a machine, and every machine a table', async () => {
    const result = await connected(database.ownerUrl, (owner) =>
      owner.query<{ table: string; machine: string | null }>(
        `select c.table_name as table, (
           select encode(t.tgargs, 'escape') from pg_trigger t
           where t.tgrelid = ('public.' || quote_ident(c.table_name))::regclass and t.tgname = 'state_moves') as machine
         from information_schema.columns c
         where c.table_schema = 'public' and c.column_name = 'state' order by 1`,
      ),
    )
    const names = machines.map((machine) => machine.name).toSorted()
    expect(result.rows.map((row) => row.table)).toEqual(names)
    expect(result.rows.map((row) => row.machine?.replace('\\000', ''))).toEqual(names)
  })

  test.each(machines.map((machine) => machine.name))('%s: every pair of states', async (name) => {
    const machine = machines.find((item) => item.name === name)
    if (!machine) throw new Error(name)
    const states = Object.keys(machine.moves)
    const table = pg.escapeIdentifier(name)
    await asClient(app, 'cli_a', async () => {
      const wrong: string[] = []
      for (const from of states) {
        await app.query('savepoint here')
        if (!(await reach(machine, table, from))) throw new Error(`${name} never becomes ${from}`)
        for (const to of states) {
          const allowed = from === to || (machine.moves[from] ?? []).includes(to)
          await app.query('savepoint there')
          const result = await outcome(app, `update ${table} set state = $1`, [to])
          await app.query('rollback to savepoint there')
          if ((result === 'done') !== allowed) wrong.push(`${from} -> ${to}: ${result}`)
        }
        await app.query('rollback to savepoint here')
      }
      expect(wrong).toEqual([])
    })
  })

  test('a row is born in an initial state only', async () => {
    await asClient(app, 'cli_b', async () => {
      const { statement, values } = await rowFor(app, 'api_client', 'cli_b')
      await app.query(statement, values)
      const endpoint = await rowFor(app, 'webhook_endpoint', 'cli_b')
      const disabled = endpoint.values.map((value) => (value === 'enabled' ? 'disabled' : value))
      expect(await outcome(app, endpoint.statement, disabled)).toBe('23514')
      expect(await outcome(app, endpoint.statement, endpoint.values)).toBe('done')
    })
  })
})

/** Walks the seeded row from where it was born to `target` by allowed moves. */
async function reach(machine: (typeof machines)[number], table: string, target: string): Promise<boolean> {
  const row = await app.query<{ state: string }>(`select state from ${table}`)
  const start = row.rows[0]?.state ?? ''
  // Another birth than the seeded one: what cannot be reached from it is taken by a new row.
  const paths = new Map<string, string[]>([[start, []]])
  for (const [state, path] of paths) {
    for (const next of machine.moves[state] ?? []) if (!paths.has(next)) paths.set(next, [...path, next])
  }
  const path = paths.get(target)
  for (const state of path ?? []) await app.query(`update ${table} set state = $1`, [state])
  return path !== undefined
}
