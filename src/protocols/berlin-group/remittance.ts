import { z } from 'zod'
import { text } from './wire.ts'

const structured = z.object({ reference: text, referenceType: text }).partial()
/** Schema 1.3.11 has a string here, older and some Norwegian banks an object: both are read. */
const structuredEither = z.union([z.string(), structured, z.null()]).optional().catch(undefined)

export const remittanceFields = {
  remittanceInformationUnstructured: text,
  remittanceInformationUnstructuredArray: z.array(text).nullish().catch(undefined),
  remittanceInformationStructured: structuredEither,
  remittanceInformationStructuredArray: z.array(structuredEither).nullish().catch(undefined),
}
const remittanceSchema = z.object(remittanceFields)
type Remittance = z.infer<typeof remittanceSchema>

/** Two to twenty-five digits; modulus 11 may end in a hyphen (Norwegian customer identification number). */
const kidShape = /^\d{1,24}[\d-]$/

/**
 * The payment reference of a row: the KID, from structured remittance only (a number in free text is text),
 * and all other words, each line once.
 */
export function readRemittance(row: Remittance): { kid?: string; text?: string } {
  const references = [
    row.remittanceInformationStructured,
    ...(row.remittanceInformationStructuredArray ?? []),
  ].map((item) => (typeof item === 'string' ? { reference: item.trim() || undefined } : (item ?? {})))
  const kid = references.map(kidOf).find((found) => found !== undefined)
  const lines = [row.remittanceInformationUnstructured, ...(row.remittanceInformationUnstructuredArray ?? [])]
  const others = references.filter((r) => kidOf(r) === undefined).map((r) => r.reference)
  const words = joinLines([...lines, ...others])
  return { ...(kid && { kid }), ...(words && { text: words }) }
}

/** SCOR, or no type at all, and the shape of a KID. `RF…` (ISO 11649) and invoice numbers (CINV) are not one. */
function kidOf(item: {
  reference?: string | undefined
  referenceType?: string | undefined
}): string | undefined {
  if (item.referenceType && item.referenceType.toUpperCase() !== 'SCOR') return undefined
  const plain = item.reference?.replace(/\s/g, '')
  return plain && kidShape.test(plain) ? plain : undefined
}

/** Lines once each, in order; undefined when there is none. */
export function joinLines(lines: readonly (string | undefined)[]): string | undefined {
  return [...new Set(lines.filter((line) => line !== undefined))].join('\n') || undefined
}
