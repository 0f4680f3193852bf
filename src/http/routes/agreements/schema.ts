import { z } from 'zod'
import type { AgreementRow } from '../../../consent/agreements/create.ts'
import { type AgreementState, agreementMachine } from '../../../domain/machines.ts'
import { id, instant } from '../../wire.ts'

export const language = z.enum(['nb', 'en']).default('nb').describe('Bokmål or English.')

const states = Object.keys(agreementMachine.moves) as [AgreementState, ...AgreementState[]]

export const agreement = z
  .object({
    id: id('agreement'),
    companyId: id('company'),
    state: z.enum(states),
    version: z.int(),
    language: z.enum(['nb', 'en']),
    documentSha256: z.string().nullable().describe('SHA-256 of the document as it was sent.'),
    signedSha256: z.string().nullable().describe('SHA-256 of the document with the signatures so far.'),
    createdAt: instant,
    sentAt: instant.nullable(),
    expiresAt: instant.nullable(),
    activatedAt: instant.nullable(),
  })
  .meta({ id: 'Agreement' })

export function agreementOf(row: AgreementRow): z.output<typeof agreement> {
  const { clientId: _client, documentId: _document, signedId: _signed, ...shown } = row
  return { ...shown, state: row.state as AgreementState, language: row.language as 'nb' | 'en' }
}

export const agreementParams = z.object({ agreementId: id('agreement') })
