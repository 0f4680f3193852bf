// A bank in memory that speaks the connector's types: what it answers is set by the test, what it was asked is kept.
import type {
  BankAccount,
  BankSession,
  Connector,
  ConsentCreated,
  ConsentRequest,
  ConsentStatus,
  Manifest,
  PaymentOrder,
  PaymentStatus,
  Submission,
} from '../../src/connectors/connector.ts'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { type Institution, institutionSchema } from '../../src/connectors/institutions.ts'
import type { Registry } from '../../src/connectors/registry.ts'

export type FakeBank = {
  readonly institution: Institution
  readonly connector: Connector
  approval: Manifest['approval']
  scaAlways: boolean
  replaySafe: boolean
  /** The next answers; an Error is thrown. */
  consentCreated: ConsentCreated | Error
  consentStatus: ConsentStatus | Error
  accounts: readonly BankAccount[] | Error
  submission: Submission | Error
  paymentStatus: PaymentStatus | Error
  /** Instead, of the orders that a `paymentId` in the memory tells apart. */
  readonly statusOf: Map<string, PaymentStatus | Error>
  /** Calls wait here until the test lets them go on. */
  gate: Promise<void>
  readonly asked: {
    readonly consents: ConsentRequest[]
    readonly orders: { readonly order: PaymentOrder; readonly session: BankSession }[]
    readonly sessions: BankSession[]
  }
}

const scaUrl = 'https://bank.example/sca/1'

export function fakeBank(id: string, name: string): FakeBank {
  const institution = institutionSchema.parse({
    id,
    name,
    connector: {
      type: 'berlin-group',
      baseUrl: 'https://bank.example',
      scaOrigins: ['https://bank.example'],
    },
  })
  const bank: FakeBank = {
    institution,
    connector: undefined as never,
    approval: 'psd2_sca',
    scaAlways: true,
    replaySafe: true,
    consentCreated: {
      memory: { consentId: 'C-1' },
      state: 'received',
      sca: { approach: 'redirect', url: scaUrl },
    },
    consentStatus: { state: 'received' },
    accounts: [],
    submission: {
      memory: { paymentId: 'P-1' },
      state: 'received',
      sca: { approach: 'redirect', url: scaUrl },
    },
    paymentStatus: { state: 'received', code: 'RCVD' },
    statusOf: new Map(),
    gate: Promise.resolve(),
    asked: { consents: [], orders: [], sessions: [] },
  }
  return Object.assign(bank, { connector: connectorOf(bank) })
}

function connectorOf(bank: FakeBank): Connector {
  async function answer<T>(value: T | Error): Promise<T> {
    await bank.gate
    if (value instanceof Error) throw value
    return value
  }
  const manifest: Omit<Manifest, 'approval' | 'scaAlways' | 'replaySafe'> = {
    id: bank.institution.id,
    institutions: [bank.institution.id],
    origins: ['https://bank.example'],
    scaOrigins: ['https://bank.example'],
    historyDays: 90,
    historyDaysPresent: 730,
    consentDaysMax: 180,
    unattendedReadsPerDay: 4,
    readWindow: 'rolling_24h',
    timeZone: 'Europe/Oslo',
    scaApproaches: ['redirect'],
    idStability: 'unstable',
    multipleConsents: false,
    statesClosingBalances: true,
  }
  const keep = (session: BankSession) => bank.asked.sessions.push(session)
  return {
    get manifest() {
      const { approval, scaAlways, replaySafe } = bank
      return { ...manifest, approval, scaAlways, replaySafe }
    },
    consent: {
      create(request) {
        bank.asked.consents.push(request)
        return answer(bank.consentCreated)
      },
      status(session) {
        keep(session)
        return answer(bank.consentStatus)
      },
      revoke: async () => {},
    },
    accounts(session) {
      keep(session)
      return answer(bank.accounts)
    },
    payments: {
      submit(session, order) {
        bank.asked.orders.push({ session, order })
        return answer(bank.submission)
      },
      status(session, memory) {
        keep(session)
        return answer(bank.statusOf.get(memory.paymentId ?? '') ?? bank.paymentStatus)
      },
    },
    close: async () => {},
  }
}

export function fakeRegistry(banks: readonly FakeBank[]): Registry {
  const find = (id: string) => banks.find(({ institution }) => institution.id === id)
  return {
    institutions: () => banks.map(({ institution }) => institution),
    institution: (id) => find(id)?.institution,
    routesOf: (id) => (find(id) ? ['main'] : []),
    connectorFor(id) {
      const bank = find(id)
      if (!bank) throw new ConnectorFailure({ kind: 'not_supported', detail: 'not in the catalogue' })
      return bank.connector
    },
    close: async () => {},
  }
}
