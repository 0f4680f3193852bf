// BankID, the e-sign provider and the business register in memory. Signatures are real ones, by a test authority.
import { randomUUID } from 'node:crypto'
import { signPdf } from '../../sandbox/esign/pades.ts'
import { after, type Clock } from '../../src/domain/clock.ts'
import { newSecret } from '../../src/domain/ids.ts'
import type { BankIdClient } from '../../src/protocols/bankid/client.ts'
import { BankIdRefused } from '../../src/protocols/bankid/refusal.ts'
import type { BusinessRegister } from '../../src/protocols/brreg/client.ts'
import type { SigningRights } from '../../src/protocols/brreg/signing-rights.ts'
import type { RegisteredUnit } from '../../src/protocols/brreg/unit.ts'
import type { NewSigningOrder, OrderStatus, SigningProvider } from '../../src/protocols/esign/provider.ts'
import { authority } from '../protocols/pdf/signed-sample.ts'

export type TestPerson = { readonly name: string; readonly birthdate: string; readonly bankidAltsub: string }

export const kari: TestPerson = {
  name: 'Kari Eksempel',
  birthdate: '1980-02-29',
  bankidAltsub: 'altsub-kari',
}
export const ola: TestPerson = { name: 'Ola Prøve', birthdate: '1975-11-30', bankidAltsub: 'altsub-ola' }

const acr = 'urn:bankid:bid;LOA=4'

export type FakeBankId = BankIdClient & {
  /** Who logs in next; an Error is thrown. */
  person: TestPerson | Error
  finished: number
}

export function fakeBankId(): FakeBankId {
  const bankId: FakeBankId = {
    person: kari,
    finished: 0,
    async start() {
      const state = newSecret()
      const url = `https://bankid.example/authorize?state=${state}`
      return { url, state, nonce: newSecret(), codeVerifier: newSecret() }
    },
    async finish(callbackUrl, secrets) {
      bankId.finished += 1
      const state = new URL(callbackUrl, 'http://localhost').searchParams.get('state')
      if (state !== secrets.state) throw new BankIdRefused('state', 'the answer is for another log-in')
      if (bankId.person instanceof Error) throw bankId.person
      const [givenName = '', familyName = ''] = bankId.person.name.split(' ')
      const idToken = `id-token-of-${bankId.person.bankidAltsub}`
      return { ...bankId.person, givenName, familyName, acr, amr: ['bid'], idToken }
    },
  }
  return bankId
}

export type FakeOrder = NewSigningOrder & {
  readonly orderId: string
  status: OrderStatus
  person?: TestPerson
  signed?: Uint8Array
}

export type FakeSigning = SigningProvider & {
  readonly orders: FakeOrder[]
  /** PEM of the authority behind its signatures. */
  readonly root: string
  /** Orders wait here until the test lets them go on. */
  gate: Promise<void>
  /** The person signs an order; `nameInCertificate` where it is to be another one. */
  sign(order: FakeOrder | undefined, person: TestPerson, nameInCertificate?: string): Promise<void>
}

export function fakeSigning(clock: Clock): FakeSigning {
  const { root, identity } = authority()
  const orders: FakeOrder[] = []
  const find = (orderId: string) => {
    const order = orders.find((candidate) => candidate.orderId === orderId)
    if (!order) throw new Error(`no order ${orderId}`)
    return order
  }
  const signing: FakeSigning = {
    id: 'fake',
    orders,
    root,
    gate: Promise.resolve(),
    async createOrder(order) {
      const orderId = randomUUID()
      orders.push({ ...order, orderId, status: 'created' })
      await signing.gate
      const signUrl = `https://esign.example/orders/${orderId}`
      return { orderId, signUrl, expiresAt: after(clock.now(), 30 * 60_000) }
    },
    async getOrder(orderId) {
      const { status, person } = find(orderId)
      if (status !== 'signed' || !person) return { orderId, status }
      const signer = { ...person, acr, signedAt: clock.now(), certificateChainPem: [root] }
      return { orderId, status, signer }
    },
    getSignedDocument: async (orderId) => find(orderId).signed ?? new Uint8Array(),
    async cancel(orderId) {
      find(orderId).status = 'cancelled'
    },
    async sign(order, person, nameInCertificate = person.name) {
      if (!order) throw new Error('nothing was ordered')
      const claims = { name: nameInCertificate, reason: 'Signerer avtalen', at: new Date() }
      order.signed = await signPdf(order.pdf, identity(nameInCertificate), claims)
      order.person = person
      order.status = 'signed'
    },
  }
  return signing
}

export type FakeRegister = BusinessRegister & { rights: SigningRights; problems: RegisteredUnit['problems'] }

/** Who signs alone, unless the test says otherwise: Kari. */
export function fakeRegister(): FakeRegister {
  const raw = Buffer.from('{"register":"answer"}')
  const register: FakeRegister = {
    rights: needs(kari),
    problems: [],
    unit: async (organisationNumber) => ({
      value: {
        organisationNumber,
        name: 'Eksempelverkstedet AS',
        form: 'AS',
        registeredOn: '2019-03-01',
        problems: register.problems,
      },
      raw,
    }),
    roles: async () => ({ value: [], raw }),
    signature: async () => ({ value: register.rights, raw }),
  }
  return register
}

/** Signing rights that these people have together. */
export function needs(...people: readonly TestPerson[]): SigningRights {
  return { kind: 'combinations', sets: [{ code: 'STYR', explanation: 'Test', people }], text: null }
}
