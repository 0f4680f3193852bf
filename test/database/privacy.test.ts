import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { schemaFile } from '../../src/database/engine.ts'
import { connected, freshDatabase } from '../support/database.ts'

type Column = { table: string; column: string; privacy: string | undefined }
const classes = ['name', 'contact', 'nationalId', 'free', 'none']
const columns = readColumns(readFileSync(schemaFile, 'utf8'))

describe('privacy of columns', () => {
  test('every column in the schema says what it may hold about a person', () => {
    const untagged = columns.filter((item) => !classes.includes(item.privacy ?? ''))
    expect(untagged.map((item) => `${item.table}.${item.column}: ${item.privacy ?? 'no class'}`)).toEqual([])
  })

  test('every column in the database stands in the schema', async () => {
    const database = await freshDatabase()
    const result = await connected(database.ownerUrl, (owner) =>
      owner.query<{ name: string }>(
        `select table_name || '.' || column_name as name from information_schema.columns
         where table_schema = 'public' and table_name <> '_prisma_migrations'`,
      ),
    )
    await database.drop()
    expect(columns.map((item) => `${item.table}.${item.column}`).toSorted()).toEqual(
      result.rows.map((row) => row.name).toSorted(),
    )
  })

  test('columns that name people by their name are not called harmless', () => {
    const people =
      /^(email|mobile|birthdate|ip_address|user_agent|address|(debtor|creditor|counterparty|owner|signer)_name)$/
    const wrong = columns.filter((item) => people.test(item.column) && item.privacy === 'none')
    expect(wrong).toEqual([])
  })
})

/** Fields of every model but relations (another model's name as type), under their names in the database. */
function readColumns(schema: string): Column[] {
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)]
  const names = new Set(models.map((model) => model[1]))
  return models.flatMap(([, model = '', body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model
    return [...body.matchAll(/^ {2}(\w+)\s+(\w+)[^\n]*$/gm)].flatMap(([line, field = '', type = '']) => {
      if (names.has(type)) return []
      const column = /[^@]@map\("(\w+)"\)/.exec(line)?.[1] ?? field
      return [{ table, column, privacy: /\/\/\/ (\w+)$/.exec(line)?.[1] }]
    })
  })
}
