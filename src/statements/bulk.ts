import type { TxSql } from '../db.ts'

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

/** An insert whose rows are ready to be sent. */
export type Insert = (sql: TxSql) => Promise<void>

/**
 * Makes rows ready: in batches (Prisma's `createMany` is many times slower), many by way of a temporary table, since
 * COPY is refused on tables with row level security.
 */
export function prepareInsert(
  table: string,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
  onConflict = '',
): Insert {
  const batches = Array.from({ length: Math.ceil(rows.length / inBatch) }, (_none, i) =>
    prepareBatch(table, columns, rows.slice(i * inBatch, (i + 1) * inBatch), onConflict),
  )
  return async (sql) => {
    for (const insert of batches) await insert(sql)
  }
}

function prepareBatch(
  table: string,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
  onConflict: string,
): Insert {
  if (rows.length >= copiedFrom) {
    const input = copyText(rows)
    return (sql) => sql.copy(copying(table, columns, onConflict), input)
  }
  const names = columns.map(([name]) => name).join(', ')
  const { text, values } = unnest(columns, rows)
  return async (sql) => {
    await sql.query(`insert into ${table} (${names}) select * from ${text} ${onConflict}`, values)
  }
}

export const insertRows = (
  sql: TxSql,
  table: string,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
  onConflict = '',
): Promise<void> => prepareInsert(table, columns, rows, onConflict)(sql)

/** Below it, making the temporary table takes longer than it saves. */
const copiedFrom = 100

function copying(table: string, columns: readonly Column[], onConflict: string): string {
  const names = columns.map(([name]) => name).join(', ')
  return `create temporary table copied (${columns.map((column) => column.join(' ')).join(', ')}) on commit drop;
    copy copied from stdin; insert into ${table} (${names}) select * from copied ${onConflict}; drop table copied`
}

function copyText(rows: readonly (readonly Value[])[]): Buffer {
  let text = ''
  for (const row of rows) text += `${row.map(copyField).join('\t')}\n`
  return Buffer.from(text)
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function copyField(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'string') {
    return /[\\\n\r\t]/.test(value) ? value.replace(/[\\\n\r\t]/g, (sign) => escapes[sign] ?? sign) : value
  }
  return value instanceof Date ? value.toISOString() : String(value)
}
