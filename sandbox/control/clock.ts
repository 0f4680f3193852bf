import { runDue } from '../bank/due.ts'
import { isRecord } from '../bank/errors.ts'
import { durationMs } from '../clock.ts'
import type { SandboxContext } from '../context.ts'
import { type Incoming, json, type Reply } from '../http.ts'
import { badRequest } from './bad-request.ts'

const reading = ({ clock }: SandboxContext): Reply =>
  json(200, { now: clock.now().toISOString(), today: clock.today() })

/** GET /control/clock */
export const getClock = reading

/** POST /control/clock {advance}: moves sandbox time and does all that became due before it answers. */
export function postClock(context: SandboxContext, request: Incoming): Reply {
  const body = request.json()
  const advance = isRecord(body) ? body.advance : undefined
  const ms = typeof advance === 'string' ? durationMs(advance) : undefined
  if (ms === undefined) return badRequest('advance', 'an ISO 8601 duration such as PT24H, P1D or PT30M')
  context.clock.advance(ms)
  runDue(context)
  return reading(context)
}
