import { formatBban, ibanToBban } from '../domain/norwegian.ts'
import type { FileSummary, StatementSummary } from './summary.ts'

/** One file as a table, a line per statement. Amounts and dates in the Norwegian way of writing. */
export function renderSummary(file: string, summary: FileSummary): string {
  const title = `${file}\n${summary.version} · ${summary.encoding} · ${count(summary.statements.length, 'statement')}`
  if (summary.statements.length === 0) return `${title}\n${renderWarnings(summary.warnings)}`
  const rows = summary.statements.map(renderRow)
  const table = renderTable(columns, rows)
  return `${title}\n\n${table}\n${renderNotBooked(summary.statements)}${renderWarnings(summary.warnings)}`
}

/** In and Out count every entry; what adds up are the booked ones. */
function renderNotBooked(statements: readonly StatementSummary[]): string {
  const lines = statements.flatMap(({ account, notBooked }) => {
    if (!notBooked) return []
    const sums = notBooked.sums.map(({ currency, sum }) => `${renderAmount(sum)} ${currency}`).join(', ')
    const entries = notBooked.entries === 1 ? '1 entry' : `${notBooked.entries} entries`
    return [`  ${renderAccount(account)}: ${entries} of ${sums} not booked yet, and in no balance`]
  })
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
}

/** Why a file could not be read, and where. */
export function renderFailure(
  file: string,
  error: { code: string; detail: string; line: number | null },
): string {
  const where = error.line === null ? file : `${file}, line ${error.line}`
  return `${where}: ${error.detail} (${error.code})`
}

type Column = { readonly title: string; readonly right?: true }
const columns: readonly Column[] = [
  { title: 'Account' },
  { title: 'Period' },
  { title: '' },
  { title: 'Opening', right: true },
  { title: 'In', right: true },
  { title: '', right: true },
  { title: 'Out', right: true },
  { title: '', right: true },
  { title: 'Closing', right: true },
  { title: 'Adds up' },
]

function renderRow(statement: StatementSummary): readonly string[] {
  return [
    renderAccount(statement.account),
    renderPeriod(statement.from, statement.to),
    statement.currency ?? '',
    renderAmount(statement.openingBalance),
    renderAmount(statement.sumCredits),
    `(${statement.credits})`,
    statement.debits === 0 ? renderAmount(statement.sumDebits) : `−${renderAmount(statement.sumDebits)}`,
    `(${statement.debits})`,
    `${renderAmount(statement.closingBalance)}${statement.closingCurrency ? ` ${statement.closingCurrency}` : ''}`,
    renderProof(statement),
  ]
}

function renderProof({ proven, detailsOnly }: StatementSummary): string {
  if (detailsOnly) return '– details only'
  return proven === null ? '– balance missing' : proven ? '✓ yes' : '✗ no'
}

/** A Norwegian account as `1503.20.80119`, another IBAN in groups of four, anything else as it is. */
function renderAccount(account: string): string {
  const bban = ibanToBban(account)
  if (bban) return formatBban(bban)
  if (/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(account)) return account.replace(/(.{4})(?=.)/g, '$1 ')
  return formatBban(account) || '–'
}

const renderDate = (date: string) => date.split('-').reverse().join('.')

function renderPeriod(from: string | null, to: string | null): string {
  if (from === to || !from || !to) return from || to ? renderDate((from ?? to) as string) : '–'
  return `${renderDate(from)}–${renderDate(to)}`
}

/** `-1234567.50` as `−1 234 567,50`. */
function renderAmount(amount: string | null): string {
  if (amount === null) return '–'
  const [whole = '', fraction] = amount.replace('-', '').split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u00a0')
  return `${amount.startsWith('-') ? '−' : ''}${grouped}${fraction === undefined ? '' : `,${fraction}`}`
}

function renderTable(heads: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) =>
    Math.max(head.title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    heads
      .map((head, i) =>
        head.right ? (cells[i] ?? '').padStart(widths[i] ?? 0) : (cells[i] ?? '').padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('──')
  return ['', line(heads.map((head) => head.title)), rule, ...rows.map(line)]
    .map((text) => `  ${text}`.trimEnd())
    .slice(1)
    .join('\n')
}

function renderWarnings(warnings: FileSummary['warnings']): string {
  const lines = warnings.map(({ detail, line }) => `  ! ${line === null ? '' : `line ${line}: `}${detail}`)
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
