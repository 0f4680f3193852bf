// Files of Nets as tests write them, from the layout: lines of 80 characters, amounts in øre.
export type OcrRow = { minor: number; kid: string; day: string; settlement?: number; claim?: boolean }

const fill = (text: string | number, length: number) => String(text).padStart(length, '0')
const ddmmyy = (day: string) => `${day.slice(8)}${day.slice(5, 7)}${day.slice(2, 4)}`
const account = '86011117947'

/** A transmission with one assignment: OCR giro, or AvtaleGiro where the rows are claims. */
export function ocrFile(rows: readonly OcrRow[]): Buffer {
  const service = rows.some(({ claim }) => claim) ? '21' : '09'
  const lines = [
    'NY00001000008080'.padEnd(80, '0'),
    `NY${service}0020${fill(1, 9)}${fill(7, 7)}${account}`.padEnd(80, '0'),
    ...rows.flatMap((row, i) => transaction(row, i + 1, service)),
  ]
  const total = rows.reduce((sum, { minor }) => sum + minor, 0)
  const trailer = (type: string, records: number) =>
    `NY${type === '89' ? '00' : service}00${type}${fill(rows.length, 8)}${fill(records, 8)}${fill(total, 17)}`.padEnd(
      80,
      '0',
    )
  const records = lines.length
  return Buffer.from(
    [...lines, trailer('88', records), trailer('89', records + 2)].join('\r\n').concat('\r\n'),
  )
}

function transaction(
  { minor, kid, day, settlement = 0, claim }: OcrRow,
  number: number,
  service: string,
): string[] {
  const head = (type: string) => `NY${service}${claim ? '21' : '10'}${type}${fill(number, 7)}`
  const first = claim
    ? `${head('30')}${ddmmyy(day)}${' '.repeat(11)}${fill(minor, 17)}${kid.padStart(25)}`
    : `${head('30')}${ddmmyy(day)}00${'01'}${fill(settlement, 6)} ${fill(minor, 17)}${kid.padStart(25)}`
  return [first.padEnd(80, '0'), `${head('31')}${fill(number, 10)}`.padEnd(80, '0')]
}
