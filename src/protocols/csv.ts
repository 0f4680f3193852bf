/** How fields and numbers are written. */
export type CsvDialect = {
  readonly separator: ',' | ';'
  readonly decimalMark: '.' | ','
}

/** RFC 4180. */
export const plainCsv: CsvDialect = { separator: ',', decimalMark: '.' }
/** What Excel opens as columns and numbers where Windows speaks Norwegian. */
export const norwegianCsv: CsvDialect = { separator: ';', decimalMark: ',' }

/** Text, or a decimal number with a point. */
export type CsvField = { readonly text: string | null } | { readonly number: string | null }

/** A spreadsheet takes such beginnings for formulas (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/

/**
 * One record with its line end (RFC 4180, 2). A text that a spreadsheet would run as a formula gets an apostrophe before it;
 * numbers are our own and stay numbers.
 */
export function csvRecord(fields: readonly CsvField[], { separator, decimalMark }: CsvDialect): string {
  const written = fields.map((field) => {
    if ('number' in field) return quoted((field.number ?? '').replace('.', decimalMark), separator)
    const text = field.text ?? ''
    return quoted(formula.test(text) ? `'${text}` : text, separator)
  })
  return `${written.join(separator)}\r\n`
}

function quoted(text: string, separator: string): string {
  const plain = !text.includes(separator) && !/["\r\n]/.test(text) && text.trim() === text
  return plain ? text : `"${text.replaceAll('"', '""')}"`
}
