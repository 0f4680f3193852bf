import { z } from 'zod'
import { ServiceFailure } from '../bounded-fetch.ts'
import type { CreatedOrder, NewSigningOrder, SigningOrder } from './provider.ts'

const service = 'signing provider'

const tokenSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive().optional(),
})

const createdSchema = z.object({
  orderId: z.string().min(1).max(200),
  signUrl: z.url({ protocol: /^https?$/ }),
  expiresAt: z.iso.datetime({ offset: true }),
})

const orderSchema = z.object({
  orderId: z.string().min(1).max(200),
  status: z.enum(['created', 'signed', 'rejected', 'expired', 'cancelled']),
  signer: z
    .object({
      name: z.string().min(1),
      birthdate: z.iso.date(),
      bankidAltsub: z.string().min(1),
      acr: z.string().min(1),
      signedAt: z.iso.datetime({ offset: true }),
      certificateChain: z.array(z.string().includes('BEGIN CERTIFICATE')).min(1).max(10),
    })
    .optional(),
})

/** Reads a wire shape; what does not fit is named by its path only, never by its value. */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const paths = result.error.issues.map((issue) => issue.path.join('.') || 'the answer').join(', ')
  throw new ServiceFailure(service, 'malformed', `unreadable: ${paths}`)
}

export type Token = { readonly value: string; readonly lifeMs: number }

/** Client credentials grant (RFC 6749, 4.4.2) as form fields. */
export function buildTokenRequest(scope: string): URLSearchParams {
  return new URLSearchParams({ grant_type: 'client_credentials', scope })
}

/** HTTP Basic of a client (RFC 6749, 2.3.1): both parts form-encoded first. */
export function basicCredentials(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ v: text }).toString().slice(2)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}

export function processToken(body: unknown): Token {
  const { access_token, expires_in } = read(tokenSchema, body)
  return { value: access_token, lifeMs: (expires_in ?? 60) * 1000 }
}

export function buildOrder(order: NewSigningOrder): unknown {
  const { pdf, name, reference, redirectUrl, signer } = order
  return {
    documents: [{ name, pdf: Buffer.from(pdf).toString('base64') }],
    redirectUrl,
    reference,
    ...(signer && { signer: { name: signer.name, birthdate: signer.birthdate } }),
  }
}

/** Throws `malformed` when the sign page lies outside `pageOrigins`: a person is sent there to use BankID. */
export function processCreated(body: unknown, pageOrigins: ReadonlySet<string>): CreatedOrder {
  const { orderId, signUrl, expiresAt } = read(createdSchema, body)
  if (!pageOrigins.has(new URL(signUrl).origin)) {
    throw new ServiceFailure(service, 'malformed', 'the sign page is not at a known origin')
  }
  return { orderId, signUrl, expiresAt: new Date(expiresAt) }
}

/** Throws `malformed` when the answer is about another order, or says signed without saying by whom. */
export function processOrder(body: unknown, orderId: string): SigningOrder {
  const { signer, ...order } = read(orderSchema, body)
  if (order.orderId !== orderId)
    throw new ServiceFailure(service, 'malformed', 'the answer is about another order')
  if (order.status !== 'signed') return order
  if (!signer) throw new ServiceFailure(service, 'malformed', 'signed, but without a signer')
  const { certificateChain, signedAt, ...person } = signer
  return {
    ...order,
    signer: { ...person, signedAt: new Date(signedAt), certificateChainPem: certificateChain },
  }
}

/** Throws `malformed` for anything that does not begin like a PDF. */
export function processDocument(bytes: Uint8Array): Uint8Array {
  if (Buffer.from(bytes.subarray(0, 5)).toString('latin1') !== '%PDF-') {
    throw new ServiceFailure(service, 'malformed', 'the signed document is not a PDF')
  }
  return bytes
}
