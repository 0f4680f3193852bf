/** Field 86 in the terms of the normal form: what banks put into the owner's information, each in its own dialect. */
export type Narrative = {
  /** The bank's own word for the kind of movement. */
  readonly bookingText?: string
  readonly text?: string
  readonly name?: string
  readonly account?: string
  readonly bic?: string
  readonly endToEndId?: string
  readonly mandateId?: string
  readonly paymentInformationId?: string
  readonly instructionId?: string
  readonly returnReason?: string
  /** German business transaction code (GVC), and the bank's own behind it. */
  readonly businessCode?: string
}

/** Lines of a field are cut at 65 characters, in the middle of words; a shorter line ended by itself. */
const fullLine = 60

/** A coded field as one line of text, words put together again. */
function unwrap(lines: readonly string[]): string {
  return lines.reduce((text, line, i) => {
    const before = lines[i - 1]
    if (before === undefined) return line
    const cut = before.length >= fullLine || /^[?>/]/.test(line) || line.startsWith(' ')
    return cut ? text + line : `${text} ${line}`
  }, '')
}

/** Which of the three dialects: subfields by number (`?20`, `>20`), codes between slashes (`/REMI/`), or words. */
export function readNarrative(lines: readonly string[]): Narrative {
  const first = lines[0] ?? ''
  const numbered = /^(\d{3})?([?>])(?=\d{2})/.exec(first)
  if (numbered) return readNumbered(unwrap(lines), numbered[1], numbered[2] as string)
  if (/^\s?\/[A-Z]{2,8}\//.test(first)) return readSlashed(unwrap(lines))
  return compact({ text: linesOf(lines) })
}

const linesOf = (lines: readonly string[]) =>
  lines
    .map((line) => tidy(line))
    .filter(Boolean)
    .join('\n')

const tidy = (text: string | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim()

/** Banks write these where there is nothing to write. */
const nothing = /^(notprovided|nonref)?$/i

type Told = { -readonly [Name in keyof Narrative]?: Narrative[Name] | undefined }

function compact(told: Told): Narrative {
  const stated: { -readonly [Name in keyof Narrative]: Narrative[Name] } = {}
  for (const name of Object.keys(told) as (keyof Narrative)[]) {
    const value = told[name]
    if (value && !nothing.test(value)) stated[name] = value
  }
  return stated
}

/**
 * German and Polish dialects (DFÜ agreement, annex 3, chapter 8): 00 booking text, 10 journal number, 20-29 and
 * 60-63 purpose, 30 bank, 31 account, 32-33 name.
 */
function readNumbered(text: string, code: string | undefined, mark: string): Narrative {
  const pieces = text.split(mark === '?' ? /\?(\d\d)/ : />(\d\d)/)
  let [bookingText, journal, purpose, bank, account, name] = ['', '', '', '', '', '']
  for (let i = 1; i + 1 < pieces.length; i += 2) {
    const number = Number(pieces[i])
    const value = pieces[i + 1] as string
    if ((number >= 20 && number <= 29) || (number >= 60 && number <= 63)) purpose += value
    else if (number === 0) bookingText += value
    else if (number === 10) journal += value
    else if (number === 30) bank += value
    else if (number === 31) account += value
    else if (number === 32 || number === 33) name += value
  }
  return compact({
    ...readPurpose(purpose),
    bookingText: tidy(bookingText),
    account: account.replace(/\s/g, ''),
    bic: /^[A-Z]{6}[A-Z0-9]{2,5}$/.test(bank.trim()) ? bank.trim() : undefined,
    name: tidy(name),
    businessCode: code && [code, journal.trim()].filter(Boolean).join('+'),
  })
}

/** SEPA words inside the purpose: `EREF+…MREF+…SVWZ+…`. Without any of them all of it is the text. */
function readPurpose(text: string): Told {
  const pieces = text.split(/(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT|PURP)\+/)
  if (pieces.length < 3) return { text: tidy(text) }
  const words = new Map<string, string>()
  for (let i = 1; i + 1 < pieces.length; i += 2) words.set(pieces[i] as string, tidy(pieces[i + 1]))
  // A reference has 35 characters at most; where more stands behind its name, words follow it without a name.
  const reference = (word: string) => ((words.get(word) ?? '').length <= 35 ? words.get(word) : undefined)
  const overlong = ['EREF', 'KREF', 'MREF'].filter((word) => !reference(word)).map((word) => words.get(word))
  return {
    text: [tidy(pieces[0]), words.get('SVWZ'), ...overlong].filter(Boolean).join(' '),
    endToEndId: reference('EREF'),
    instructionId: reference('KREF'),
    mandateId: reference('MREF'),
  }
}

const slashCodes =
  /\/(TRTP|RTYP|IBAN|BBAN|BIC|NAME|REMI|EREF|PREF|IREF|MARF|CSID|ORDP|BENM|ISDT|ADDR|ID|SVCL|SVCD|RTRN|ULTD|ULTB|ULTC|ULCD|PURP|OCMT|CHGS|EXCH|ACCW|SUM|TR|NRTX|PT|OGB|VA)\//

/** Dutch and SWIFT dialects: `/TRTP/SEPA OVERBOEKING/IBAN/…/NAME/…/REMI/…`. */
function readSlashed(text: string): Narrative {
  const pieces = text.trim().split(slashCodes)
  const values = new Map<string, string>()
  for (let i = 1; i + 1 < pieces.length; i += 2) {
    const [code, value] = [pieces[i] as string, tidy(pieces[i + 1]?.replace(/^\/|\/$/g, ''))]
    if (value && !values.has(code)) values.set(code, value)
  }
  const remittance = values.get('REMI')
  const known = ['REMI', 'IBAN', 'NAME', 'TRTP', 'RTYP'].some((code) => values.has(code))
  return compact({
    bookingText: values.get('TRTP') ?? values.get('RTYP'),
    text: remittance ?? (known ? undefined : tidy(text)),
    name: values.get('NAME'),
    account: (values.get('IBAN') ?? values.get('BBAN') ?? counterAccount(values))?.replaceAll(' ', ''),
    bic: values.get('BIC'),
    endToEndId: values.get('EREF'),
    paymentInformationId: values.get('PREF'),
    mandateId: values.get('MARF'),
    returnReason: values.get('RTRN'),
  })
}

/** `/BENM/300000000000133`: the party's account where codes hold no more than that. */
function counterAccount(values: ReadonlyMap<string, string>): string | undefined {
  const party = values.get('BENM') ?? values.get('ORDP')
  return /^[A-Z]{0,2}\d{8,32}/.exec(party ?? '')?.[0]
}

/** Field NS of German banks: lines by number, 01-14 purpose, 15-16 name, 17 booking text. */
export function readStructuredLines(lines: readonly string[]): Narrative {
  const rows = lines.map((line) => [Number(line.slice(0, 2)), line.slice(2)] as const)
  const between = (from: number, to: number, glue: string) =>
    rows
      .filter(([number]) => number >= from && number <= to)
      .map(([, text]) => tidy(text))
      .filter(Boolean)
      .join(glue)
  return compact({
    text: between(1, 14, '\n'),
    name: between(15, 16, ' '),
    bookingText: between(17, 17, ' '),
  })
}
