import { ReadFailure } from '../read-failure.ts'
import type { MtField, MtFinish, MtLimits } from './fields.ts'
import { endMtStatement, type MtStatement, openMtStatement, takeField } from './statement.ts'
import type { Emit } from './warnings.ts'

/** Fields that a statement has: where its first one, the reference, is lost, it begins with these. */
const begins = /^(25P?|28C?|60[FM]|61|62[FM])$/

/** Turns fields into statement parts. At any time it holds one movement, or a bounded number that wait for a date. */
export function createMtCollector(emit: Emit, settings: { limits: MtLimits; encoding: () => string }) {
  let statement: MtStatement | undefined
  let announced: 'mt940' | 'mt942' | undefined
  let found = false
  /** Which of the two kinds it is, the first field shows that only one of them has. */
  const announce = (format: 'mt940' | 'mt942') => {
    if (announced) return
    announced = format
    emit({ kind: 'file', format, version: format, encoding: settings.encoding() })
  }
  const late: Emit = (part) => {
    announce('mt940')
    emit(part)
  }
  const end = () => {
    if (statement) endMtStatement(statement, late)
    statement = undefined
  }
  return {
    field(field: MtField) {
      if (field.tag === '20') {
        end()
        found = true
        statement = openMtStatement(field)
        return
      }
      if (!statement && begins.test(field.tag)) {
        found = true
        statement = openMtStatement({ ...field, lines: [''] })
        statement.warn.once('reference_missing', field.line)
      }
      if (/^(34F|13D?|90[CD])$/.test(field.tag) && statement) announce('mt942')
      else if (/^6[0-9]/.test(field.tag) && statement) announce('mt940')
      if (statement) takeField(statement, field, late, settings.limits)
    },
    /** @throws ReadFailure `file_truncated` where the file breaks off in a statement. */
    end(finish: MtFinish) {
      if (statement && breaksOff(statement, announced, finish)) {
        announce('mt940')
        const { head, line } = statement
        const detail = `the file breaks off in statement ${head.reference}: nothing of it is taken`
        throw new ReadFailure('file_truncated', detail, line)
      }
      end()
    },
    /** Whether there was any statement. */
    found: () => found,
  }
}

/** An interim report (MT942) has no closing balance by design: only one that ends within a line may be cut off. */
function breaksOff(statement: MtStatement, format: 'mt940' | 'mt942' | undefined, finish: MtFinish): boolean {
  if (!statement.open) return false
  return format === 'mt942' ? finish === 'none' : finish !== 'told'
}
