import type { Sql } from '../db.ts'

export type Column = readonly [
  name: string,
  type: 'text' | 'int4' | 'int8' | 'bool' | 'timestamptz' | 'jsonb',
]
type Value = string | number | bigint | boolean | Date | null

const inBatch = 5000

/** `unnest($1::text[], …)` for some columns, and their values by column. */
export function unnest(
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
): { readonly text: string; readonly values: unknown[] } {
  const text = `unnest(${columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})`
  const values = columns.map((_column, i) => rows.map((row) => wire(row[i] ?? null)))
  return { text, values }
}

const wire = (value: Value) => (typeof value === 'bigint' ? value.toString() : value)

/** Inserts rows in batches of one statement each (Prisma's `createMany` is many times slower). */
export async function insertRows(
  sql: Sql,
  table: string,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
  onConflict = '',
): Promise<void> {
  const names = columns.map(([name]) => name).join(', ')
  for (let at = 0; at < rows.length; at += inBatch) {
    const { text, values } = unnest(columns, rows.slice(at, at + inBatch))
    await sql.query(`insert into ${table} (${names}) select * from ${text} ${onConflict}`, values)
  }
}
