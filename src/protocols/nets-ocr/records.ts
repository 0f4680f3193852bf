import { isCalendarDate } from '../../domain/calendar.ts'

/** One line of 80 characters; columns are counted from 1, as the layout of Nets does. */
export type NetsRecord = {
  readonly text: string
  readonly line: number
  /** `00` transmission, `09` OCR giro, `21` AvtaleGiro. */
  readonly service: string
  /** Kind of transaction or assignment. */
  readonly kind: string
  /** `10` to `89`. */
  readonly type: string
}

/** The record of a line, or undefined where it is none. */
export function readRecord(text: string, line: number): NetsRecord | undefined {
  const match = /^NY(\d\d)(\d\d)(\d\d)/.exec(text)
  if (!match) return undefined
  const [, service = '', kind = '', type = ''] = match
  return { text, line, service, kind, type }
}

export const columns = (record: NetsRecord, from: number, to: number): string =>
  record.text.slice(from - 1, to)

/** `DDMMYY`: years up to 79 are of this century. Undefined for zeros and what is in no calendar. */
export function readNetsDate(text: string): string | undefined {
  if (!/^\d{6}$/.test(text)) return undefined
  const year = text.slice(4)
  const date = `${year < '80' ? '20' : '19'}${year}-${text.slice(2, 4)}-${text.slice(0, 2)}`
  return isCalendarDate(date) ? date : undefined
}

/** A whole number of øre or records, with a sign before or behind the digits where there is one. */
export function readNumber(text: string): { readonly value: bigint; readonly signed: boolean } | undefined {
  const match = /^\s*(-?)\s*(\d+)(-?)\s*$/.exec(text)
  if (!match) return undefined
  const signed = match[1] === '-' || match[3] === '-'
  const digits = BigInt(match[2] as string)
  return { value: signed ? -digits : digits, signed }
}

/** What fills columns that say nothing. */
export const isFiller = (text: string): boolean => /^[0\s]*$/.test(text)
