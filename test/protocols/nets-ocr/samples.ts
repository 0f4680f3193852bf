import { each } from '../../../src/protocols/batches.ts'
import { readNetsOcr } from '../../../src/protocols/nets-ocr/nets-ocr.ts'
import { collect, inChunks, type Reading } from '../read-parts.ts'

export function readText(text: string | Uint8Array, chunk?: number): Promise<Reading> {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  return collect(each(readNetsOcr(inChunks(bytes, chunk))))
}

const zeros = (text: string | number | bigint, width: number) => String(text).padStart(width, '0')
const fill = (text: string) => text.padEnd(80, '0')

export type Payment = {
  readonly ore: bigint
  readonly kid?: string
  readonly kind?: string
  readonly date?: string
  readonly debit?: string
  readonly text?: string
  readonly settlement?: string
}

/** The records of one payment with KID, numbered from 1. */
export function payment(number: number, one: Payment): string[] {
  const start = (type: string) => `NY09${one.kind ?? '10'}${type}${zeros(number, 7)}`
  const sign = one.ore < 0n ? '-' : '0'
  const amount = zeros(one.ore < 0n ? -one.ore : one.ore, 17)
  const first = `${start('30')}${one.date ?? '020326'}0101${one.settlement ?? '100001'}${sign}${amount}${(one.kid ?? '').padStart(25)}`
  const second = `${start('31')}${zeros(0, 10)}963680110${zeros(0, 7)}020326${one.debit ?? zeros(0, 11)}`
  const words = one.text === undefined ? [] : [fill(`${start('32')}${one.text.padEnd(40)}`)]
  return [fill(first), fill(second), ...words]
}

export const trailerSum = (ore: bigint) => (ore < 0n ? `-${zeros(-ore, 16)}` : zeros(ore, 17))

export const beginning = [
  fill('NY000010000080800260001000102000'),
  fill('NY090020001008566000000199990100019'),
]

/** A whole transmission with one assignment of OCR giro; `stated` is what its trailers say of the sum. */
export function transmission(payments: readonly Payment[], stated?: string): string {
  const records = payments.flatMap((one, i) => payment(i + 1, one))
  const sum = stated ?? trailerSum(payments.reduce((total, one) => total + one.ore, 0n))
  const count = zeros(payments.length, 8)
  return [
    ...beginning,
    ...records,
    fill(`NY090088${count}${zeros(records.length + 2, 8)}${sum}020326020326020326`),
    fill(`NY000089${count}${zeros(records.length + 4, 8)}${sum}020326`),
    '',
  ].join('\n')
}

const specification = (line: number, text: string) => fill(`NY2121490000001400${line}1${text.padEnd(40)}`)

/** A claim of AvtaleGiro with two lines of specification, and an agreement. */
export const avtaleGiro = [
  fill('NY000010555555551000081000080800'),
  fill('NY210020000000000400008699990100019'),
  `${'NY2121300000001020326'.padEnd(32)}${zeros(12_500, 17)}${'1234567897'.padStart(25)}000000`,
  `${`NY2121310000001KARI NORD`.padEnd(50)}${'FAKTURA 17'.padEnd(25)}00000`,
  specification(1, 'Abonnement mars'),
  specification(2, 'Takk for at du betaler'),
  fill(`NY210088${zeros(1, 8)}${zeros(6, 8)}${zeros(12_500, 17)}020326020326`),
  fill('NY212420000000000000000299990100019'),
  `${`NY21947000000011${'1234567897'.padStart(25)}J`.padEnd(80, '0')}`,
  fill(`NY212488${zeros(1, 8)}${zeros(3, 8)}`),
  fill(`NY000089${zeros(2, 8)}${zeros(11, 8)}${zeros(12_500, 17)}020326`),
  '',
].join('\n')
