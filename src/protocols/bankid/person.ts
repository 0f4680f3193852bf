import { z } from 'zod'
import { BankIdRefused } from './refusal.ts'

/** BankID with code device or app: level of assurance high. */
export const bankIdHigh = 'urn:bankid:bid;LOA=4'

/** Who logged in. `bankidAltsub` is BankID's stable id of the person; `sub` may change and is not kept. */
export type BankIdPerson = {
  readonly bankidAltsub: string
  readonly name: string
  readonly givenName: string
  readonly familyName: string
  /** YYYY-MM-DD */
  readonly birthdate: string
  readonly acr: string
  readonly amr: readonly string[]
  /** As received: evidence, to be kept like a secret. */
  readonly idToken: string
}

const claimsSchema = z.object({
  bankid_altsub: z.string().min(1).max(200),
  name: z.string().min(1).max(400),
  given_name: z.string().max(400).optional(),
  family_name: z.string().max(400).optional(),
  birthdate: z.iso.date(),
  acr: z.string().optional(),
  // A string in version 1 of BankID's API, a list from version 2 on.
  amr: z.union([z.string(), z.array(z.string())]).optional(),
})

/**
 * Reads the claims of a verified BankID ID token (developer.bankid.no, ID token claims).
 * Throws `BankIdRefused` (`assurance`) below level high and (`identity`) when a claim is missing: unknown
 * scopes are dropped silently by the provider, so that a token without the person's claims is possible.
 */
export function personFromClaims(claims: unknown, idToken: string): BankIdPerson {
  const acr = claims && typeof claims === 'object' && 'acr' in claims ? claims.acr : undefined
  if (acr !== bankIdHigh) throw new BankIdRefused('assurance', 'the log-in was not BankID at level high')
  const read = claimsSchema.safeParse(claims)
  if (!read.success) {
    const names = read.error.issues.map((issue) => issue.path.join('.')).join(', ')
    throw new BankIdRefused('identity', `unreadable claims: ${names}`)
  }
  const { bankid_altsub, name, given_name, family_name, birthdate, amr } = read.data
  return {
    bankidAltsub: bankid_altsub,
    name,
    givenName: given_name ?? '',
    familyName: family_name ?? '',
    birthdate,
    acr,
    amr: (typeof amr === 'string' ? [amr] : (amr ?? [])).map((method) => method.toLowerCase()),
    idToken,
  }
}
