import { ReadFailure } from '../read-failure.ts'

/** One field: `:61:` with its lines, the tag cut off. */
export type MtField = {
  readonly tag: string
  readonly lines: string[]
  readonly line: number
  /** The file ends in its first line, so it may be cut off. */
  readonly open: boolean
}

/**
 * `told`: the end of the message stands behind its last field, or an empty line, which no file that was cut off ends
 * with. `line`: the last field ends with its line. `none`: in the middle of a line.
 */
export type MtFinish = 'told' | 'line' | 'none'

export type MtLimits = {
  readonly fieldLines: number
  /** Characters of one field. */
  readonly fieldLength: number
  readonly balances: number
}

export const mtLimits: MtLimits = { fieldLines: 1_000, fieldLength: 65_536, balances: 1_000 }

const tagged = /^:(\d\d[A-Z]?|NS):(.*)$/s
/** End of a message, and the blocks before the next one. */
const between = /^(-|-\}.*|-XXX|\{\d:.*)\s*$/s
/** Transmissions are framed by such characters, and lines of words may hold them. */
const control = /[^\P{Cc}\t\n\u007f-\u009f]/gu
const framing = /^[^\P{Cc}\t\n\u007f-\u009f]+|[^\P{Cc}\t\n\u007f-\u009f]+$/gu
/** Lines with an amount: a comma that became such a character must not vanish from it. */
const withAmount = /^\P{L}*:6\d/u

/**
 * Puts lines together to fields. What stands before the first field, and between the end of a message and the next
 * field, is no part of any statement and is passed over.
 */
export function createFieldReader(give: (field: MtField) => void, limits: MtLimits) {
  let field: MtField | undefined
  let length = 0
  let finish: MtFinish = 'none'
  const flush = () => {
    if (field) give(field)
    field = undefined
    length = 0
  }
  return {
    line(raw: string, number: number, open: boolean) {
      if (raw === '' && !field) return
      const text = raw.replace(withAmount.test(raw) ? framing : control, '')
      const match = tagged.exec(text)
      if (match) {
        flush()
        field = { tag: match[1] as string, lines: [match[2] as string], line: number, open }
      } else if (between.test(text)) flush()
      else field?.lines.push(text)
      finish = !field || (text.trim() === '' && !open) ? 'told' : open ? 'none' : 'line'
      length += text.length
      if (field && (field.lines.length > limits.fieldLines || length > limits.fieldLength)) {
        throw new ReadFailure('record_too_large', `field ${field.tag} is larger than the limit`, field.line)
      }
    },
    /** How the file ends. */
    end(): MtFinish {
      flush()
      return finish
    },
  }
}
