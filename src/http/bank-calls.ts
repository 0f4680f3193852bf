import type { Logger } from 'pino'
import { Counter, Histogram, Registry } from 'prom-client'
import type { CallLog, CallRecord } from '../connectors/bank-call.ts'

/** How a call ended: the kind of its failure, or the class of the bank's answer (`2xx`). */
const outcomeOf = ({ failure, status = 0 }: CallRecord) => failure ?? `${Math.floor(status / 100)}xx`

/**
 * Where calls to banks are told: a log line and a measurement each, by bank, operation and outcome. Nothing of a
 * person, an account or a secret is in a record.
 */
export function bankCalls(log: Logger): { readonly tell: CallLog; readonly register: Registry } {
  const register = new Registry()
  const duration = new Histogram({
    name: 'kontobro_bank_call_duration_seconds',
    help: 'Time of a call to a bank.',
    labelNames: ['institution', 'operation', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [register],
  })
  const unreadable = new Counter({
    name: 'kontobro_bank_unreadable_rows_total',
    help: 'Rows of good answers that could not be read.',
    labelNames: ['institution', 'operation'],
    registers: [register],
  })
  return {
    register,
    tell(record) {
      const { institutionId: institution, operation } = record
      if (record.unreadable !== undefined) {
        unreadable.inc({ institution, operation }, record.unreadable)
        log.warn(record, 'a bank sent rows that cannot be read')
        return
      }
      const outcome = outcomeOf(record)
      duration.observe({ institution, operation, outcome }, record.durationMs / 1000)
      const facts = { ...record, durationMs: Math.round(record.durationMs) }
      if (outcome === '2xx') log.info(facts, 'bank called')
      else log.warn(facts, 'bank called')
    },
  }
}
