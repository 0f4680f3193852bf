import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { batches, charges, detail, party, statedAmounts } from '../../src/http/routes/transactions/parts.ts'
import { transaction } from '../../src/http/routes/transactions/schema.ts'
import { read, root } from './pages.ts'

const page = read('docs/normal-form.md')
const rows = page
  .split('\n')
  .filter((line) => /^\| `/.test(line))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  )
const table = rows.filter((cells) => cells.length === 5)

test('every member of a transaction has its row, and no other', () => {
  const under = (name: string, shape: object) => Object.keys(shape).map((key) => `${name}${key}`)
  const members = [
    ...Object.keys(transaction.shape),
    ...under('amounts.', statedAmounts.unwrap().shape),
    ...under('charges[].', charges.element.shape),
    ...under('batches[].', batches.element.shape),
    ...under('details[].', detail.shape),
    ...Object.keys(party.shape),
  ]
  const told = table.map(([name = '']) => name.replaceAll('`', ''))
  expect(told.toSorted()).toEqual(members.toSorted())
})

/** Names in a column's code, as far as they are names of the format. */
const namesIn = (column: number, pattern: RegExp) =>
  new Set(
    table.flatMap((cells) =>
      [...(cells[column] ?? '').matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.match(pattern) ?? []),
    ),
  )
/** The source of a reader; debtor and creditor share their code. */
const sourceOf = (folder: string) => {
  const source = sourcesOf(folder)
  return ['Dbtr', 'Cdtr'].map((role) => source.replace(/\$\{role\}/g, role)).join('\n')
}
const sourcesOf = (folder: string) =>
  readdirSync(`${root}src/protocols/${folder}`)
    .filter((name) => name.endsWith('.ts') && !/write|fit/.test(name))
    .map((name) => read(`src/protocols/${folder}/${name}`))
    .join('\n')

test.each([
  ['camt elements', 1, /[A-Z][A-Za-z]{2,}/g, 'iso20022'],
  ['codes of field 86', 2, /[A-Z]{3,}/g, 'mt940'],
  ['Berlin Group attributes', 4, /[a-z][A-Za-z]+/g, 'berlin-group'],
] as const)('%s are those that the reader looks for', (_name, column, pattern, folder) => {
  const source = sourceOf(folder)
  const words = new Set(['NOTPROVIDED', 'text', 'false'])
  expect([...namesIn(column, pattern)].filter((name) => !words.has(name) && !source.includes(name))).toEqual(
    [],
  )
})
