import { json, refuse } from '../http.ts'
import type { NewOrder } from './orders.ts'
import { isSignable } from './pades.ts'

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Refuses with 422, naming the field. */
function invalid(path: string, message: string): never {
  refuse(json(422, { error: 'invalid_request', errors: [{ path, message }] }))
}

function text(fields: Fields, name: string, path: string, maxLength: number): string {
  const value = fields[name]
  if (typeof value !== 'string' || value.trim() === '') invalid(path, 'must be a text that is not empty')
  if (value.length > maxLength) invalid(path, `must be at most ${maxLength} characters`)
  return value
}

function webAddress(fields: Fields, name: string): string {
  const value = text(fields, name, name, 2000)
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:') invalid(name, 'must be an http or https address')
  return value
}

async function pdfBytes(fields: Fields): Promise<Buffer> {
  const path = 'documents[0].pdf'
  const value = fields.pdf
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) invalid(path, 'must be base64')
  const pdf = Buffer.from(value, 'base64')
  if (!(await isSignable(pdf))) invalid(path, 'must be a readable PDF, not encrypted, with a page')
  return pdf
}

function expectedSigner(value: unknown): { name: string; birthdate: string } | undefined {
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) invalid('signer', 'must be an object')
  const birthdate = text(value, 'birthdate', 'signer.birthdate', 10)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthdate)) invalid('signer.birthdate', 'must be YYYY-MM-DD')
  return { name: text(value, 'name', 'signer.name', 200), birthdate }
}

/**
 * Reads the body of `POST /orders`: `{documents:[{name, pdf}], redirectUrl, reference, signer?}` with exactly
 * one document, `pdf` in base64. Refuses with 400 (no JSON object) or 422 (a field, named by its path).
 */
export async function readNewOrder(body: unknown): Promise<NewOrder> {
  if (!isFields(body)) refuse(json(400, { error: 'invalid_request', errors: [] }))
  const { documents } = body
  if (!Array.isArray(documents) || documents.length !== 1)
    invalid('documents', 'must be a list of one document')
  const document: unknown = documents[0]
  if (!isFields(document)) invalid('documents[0]', 'must be an object')
  const signer = expectedSigner(body.signer)
  return {
    documentName: text(document, 'name', 'documents[0].name', 200),
    pdf: await pdfBytes(document),
    redirectUrl: webAddress(body, 'redirectUrl'),
    reference: text(body, 'reference', 'reference', 200),
    ...(signer && { expectedSigner: signer }),
  }
}
