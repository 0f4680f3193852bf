import type { MtField, MtLimits } from './fields.ts'
import { endMtStatement, type MtStatement, openMtStatement, takeField } from './statement.ts'
import type { Emit } from './warnings.ts'

/** Fields that a statement has: where its first one, the reference, is lost, it begins with these. */
const begins = /^(25P?|28C?|60[FM]|61|62[FM])$/

/** Turns fields into statement parts. At any time it holds one movement, or a bounded number that wait for a date. */
export function createMtCollector(emit: Emit, settings: { limits: MtLimits; encoding: () => string }) {
  let statement: MtStatement | undefined
  let announced = false
  let found = false
  /** Which of the two kinds it is, the first field shows that only one of them has. */
  const announce = (format: 'mt940' | 'mt942') => {
    if (announced) return
    announced = true
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
    end,
    /** Whether there was any statement. */
    found: () => found,
  }
}
