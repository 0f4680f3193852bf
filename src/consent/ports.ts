import type { Registry } from '../connectors/registry.ts'
import type { Ground } from '../ground.ts'
import type { BankIdClient } from '../protocols/bankid/client.ts'
import type { BusinessRegister } from '../protocols/brreg/client.ts'
import type { SigningProvider } from '../protocols/esign/provider.ts'

/** What the gate needs of the outside world. */
export type ConsentPorts = Ground & {
  /** Who runs this gateway: the other party of every agreement. */
  readonly operator: { readonly name: string; readonly organisationNumber?: string }
  readonly registry: Registry
  readonly bankId: BankIdClient
  readonly signing: SigningProvider
  /** PEM certificates of the authorities whose signing certificates count. */
  readonly signingRoots: readonly string[]
  readonly register: BusinessRegister
}

/** A person in front of a page: who, from where. The address is the connection's own, never invented. */
export type PageVisitor = {
  readonly userId: string
  readonly sessionId: string
  readonly ipAddress: string
  readonly userAgent?: string
  readonly acceptLanguage?: string
}
