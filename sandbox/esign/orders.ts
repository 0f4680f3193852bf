import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bankIdHigh } from '../bankid/levels.ts'
import type { SandboxContext } from '../context.ts'
import type { SignOrder } from '../state.ts'
import type { Person } from '../world.ts'
import type { SigningIdentity } from './cms.ts'
import { signPdf } from './pades.ts'

const orderLifeMs = 7 * 24 * 3_600_000

/** Why an order could not be signed or declined. */
export type OrderProblem = 'order_unknown' | 'person_unknown' | 'order_closed'

export type NewOrder = {
  documentName: string
  pdf: Buffer
  redirectUrl: string
  reference: string
  expectedSigner?: { name: string; birthdate: string }
}

const ordersDir = (context: SandboxContext) => join(context.dataDir, 'orders')

/** Writes a file so that it is whole or not there. */
async function keepFile(context: SandboxContext, name: string, bytes: Buffer): Promise<void> {
  const directory = ordersDir(context)
  await mkdir(directory, { recursive: true })
  const file = join(directory, name)
  await writeFile(`${file}.tmp`, bytes)
  await rename(`${file}.tmp`, file)
}

const readKept = (context: SandboxContext, name: string): Promise<Buffer> =>
  readFile(join(ordersDir(context), name))

/** Stores a new order with its document. It can be signed for seven days of sandbox time. */
export async function createOrder(context: SandboxContext, given: NewOrder): Promise<SignOrder> {
  const id = randomUUID()
  const file = `${id}.pdf`
  await keepFile(context, file, given.pdf)
  const now = context.clock.now()
  const order: SignOrder = {
    id,
    reference: given.reference,
    status: 'created',
    documents: [{ name: given.documentName, file }],
    redirectUrl: given.redirectUrl,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + orderLifeMs).toISOString(),
    ...(given.expectedSigner && { expectedSigner: given.expectedSigner }),
  }
  context.state.data.orders[id] = order
  context.state.changed()
  return order
}

/** The order as it stands now; an open one whose time is over turns `expired`. */
export function findOrder(context: SandboxContext, id: string): SignOrder | undefined {
  const { orders } = context.state.data
  const order = Object.hasOwn(orders, id) ? orders[id] : undefined
  if (order?.status === 'created' && Date.parse(order.expiresAt) <= context.clock.now().getTime()) {
    order.status = 'expired'
    context.state.changed()
  }
  return order
}

/** The document as it was handed in. */
export function originalDocument(context: SandboxContext, order: SignOrder): Promise<Buffer> {
  const document = order.documents[0]
  if (!document) throw new Error(`order ${order.id} has no document`)
  return readKept(context, document.file)
}

/** The signed document; undefined while the order is not signed. */
export async function signedDocument(context: SandboxContext, order: SignOrder): Promise<Buffer | undefined> {
  return order.signature && readKept(context, order.signature.file)
}

/** A signing certificate for the person; `UN:NO-…` is how BankID names its holders. */
function signingIdentity(context: SandboxContext, person: Person): SigningIdentity {
  const { cert, key } = context.pki.issuePerson({
    name: person.name,
    givenName: person.givenName,
    familyName: person.familyName,
    serialNumber: `UN:NO-${person.bankidAltsub}`,
  })
  return {
    certificate: new X509Certificate(cert),
    key: createPrivateKey(key),
    chain: [new X509Certificate(context.pki.personCa.cert)],
  }
}

/**
 * Signs an open order as a test person, as the sign page does. Answers the order, or why it cannot be:
 * `order_closed` when it is signed, declined, cancelled or expired already.
 */
export async function signOrder(
  context: SandboxContext,
  orderId: string,
  personId: string,
): Promise<SignOrder | OrderProblem> {
  const order = findOrder(context, orderId)
  if (!order) return 'order_unknown'
  const person = context.world.people.find((candidate) => candidate.id === personId)
  if (!person) return 'person_unknown'
  if (order.status !== 'created') return 'order_closed'
  const at = context.clock.now()
  const who = signingIdentity(context, person)
  const reason = `Signerer ${order.documents[0]?.name ?? order.reference}`
  const signed = await signPdf(await originalDocument(context, order), who, { name: person.name, reason, at })
  const file = `${order.id}.signed.${randomUUID()}.pdf`
  await keepFile(context, file, signed)
  // Another click may have closed the order while this one was signing.
  if (order.status !== 'created') return 'order_closed'
  order.status = 'signed'
  order.signature = {
    personId,
    name: person.name,
    birthdate: person.birthdate,
    bankidAltsub: person.bankidAltsub,
    acr: bankIdHigh,
    signedAt: at.toISOString(),
    certificateChain: [who.certificate, ...who.chain].map((certificate) => certificate.toString()),
    file,
  }
  context.state.changed()
  return order
}

/** Closes an open order without a signature: the person declines it, or the client cancels it. */
export function closeOrder(
  context: SandboxContext,
  orderId: string,
  status: 'rejected' | 'cancelled',
): SignOrder | OrderProblem {
  const order = findOrder(context, orderId)
  if (!order) return 'order_unknown'
  if (order.status !== 'created') return 'order_closed'
  order.status = status
  context.state.changed()
  return order
}
