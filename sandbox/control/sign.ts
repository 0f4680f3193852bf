import { isRecord } from '../bank/errors.ts'
import type { SandboxContext } from '../context.ts'
import { signOrder } from '../esign/orders.ts'
import { type Incoming, json, type Reply } from '../http.ts'
import { badRequest } from './bad-request.ts'

/** POST /control/sign {orderId, person}: signs the order as that test person, as the page would. */
export async function postSign(context: SandboxContext, request: Incoming): Promise<Reply> {
  const body = request.json()
  if (!isRecord(body)) return badRequest('', 'a JSON object')
  const { orderId, person } = body
  if (typeof orderId !== 'string') return badRequest('orderId', 'a signing order here')
  const known = context.world.people.find((one) => one.id === person)
  if (!known) return badRequest('person', context.world.people.map((one) => one.id).join(', '))
  const signed = await signOrder(context, orderId, known.id)
  if (typeof signed === 'string') {
    return json(signed === 'order_closed' ? 409 : 404, { error: signed })
  }
  return json(200, { orderId, status: signed.status, person: known.id })
}
