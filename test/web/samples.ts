// Every hosted page with sample data, in the states that people meet.
import type { SigningView } from '../../src/consent/signing/start.ts'
import type { PaymentRow } from '../../src/payments/snapshot.ts'
import { approvePage } from '../../src/web/pages/approve.ts'
import { consentPage } from '../../src/web/pages/consent.ts'
import { doorPage, missingPage, overPage, problemPage } from '../../src/web/pages/door.ts'
import { signPage } from '../../src/web/pages/sign.ts'
import { words } from '../../src/web/words.ts'

export type Language = 'nb' | 'en'
type Texts = {
  readonly company: string
  readonly person: string
  readonly creditor: string
  readonly text: string
  readonly bank: string
  readonly reason: string
}

export const plain: Texts = {
  company: 'Eksempelverkstedet AS',
  person: 'Kari Eksempel',
  creditor: 'Leverandør Eksempel AS',
  text: 'Faktura 10042, januar',
  bank: 'Fjordbanken',
  reason: 'Det er ikke dekning på kontoen.',
}

/** As long as people and banks make them. */
export const long: Texts = {
  company: 'Eksempelverkstedet for landbruksmaskiner og hydraulikk i Nordre Fjordkommune AS',
  person: 'Kari-Margrethe Anne-Lovise Eksempelsen von Langenavn',
  creditor: 'Leverandørsammenslutningenforverkstedutstyrogforbruksmateriell Eksempel AS',
  text: 'x'.repeat(140),
  bank: 'Den sammensluttede sparebanken for fjordene og vidda',
  reason: 'Det er ikke dekning på kontoen. '.repeat(8),
}

const base = (language: Language) => ({ language, csrf: 'csrf-token', path: '/p/subject' })

function signing(state: string, signer: object, waitingFor: readonly string[] = []): SigningView {
  return {
    agreement: { state },
    signer: { signedAt: null, declinedAt: null, ...signer },
    waitingFor,
  } as never
}

function payment(texts: Texts, more: Partial<PaymentRow>): PaymentRow {
  return {
    amountMinor: 1_234_550n,
    currency: 'NOK',
    creditorName: texts.creditor,
    creditorAccount: 'NO5015032080119',
    kid: '2345676',
    text: null,
    executionDate: null,
    reasonText: null,
    ...more,
  } as PaymentRow
}

/** Names of pages and their HTML. */
export function samplePages(language: Language, texts: Texts = plain): Record<string, string> {
  const at = base(language)
  const company = { name: texts.company, organisationNumber: '312345676' }
  const sign = (view: SigningView, outcome?: string) =>
    signPage({ ...at, company, view, ...(outcome ? { outcome } : {}) })
  const consent = (state: string, processors: string[] = []) =>
    consentPage({ ...at, company: texts.company, bank: { name: texts.bank, processors }, state })
  const approve = (more: Partial<PaymentRow>, attempts = 0) => {
    const debtorNumber = 'NO9386011117947'
    const shown = { payment: payment(texts, more), debtorNumber, shownHash: 'hash', attempts }
    return approvePage({ ...at, company: texts.company, ...shown })
  }
  const door = { ...at, action: '/l/secret/login', company: texts.company, person: texts.person }
  return {
    'door-sign': doorPage({ ...door, purpose: 'sign' }),
    'door-approve': doorPage({ ...door, purpose: 'approve' }),
    sign: sign(signing('viewed', {})),
    'sign-waiting': sign(signing('viewed', {}, [texts.person, 'Ola Prøve'])),
    'sign-refused': sign(signing('viewed', {}), 'refused'),
    'sign-done': sign(signing('active', { signedAt: new Date(0) })),
    'sign-declined': sign(signing('declined', {})),
    consent: consent('created'),
    'consent-open': consent('awaiting_sca', ['Testhub AS', texts.company]),
    'consent-done': consent('active'),
    'consent-failed': consent('rejected'),
    approve: approve({ state: 'pending_approval' }),
    'approve-text': approve({
      state: 'pending_approval',
      kid: null,
      text: texts.text,
      executionDate: '2026-02-01',
      amountMinor: 123_456_789_012n,
    }),
    'approve-again': approve({ state: 'approved' }, 1),
    'approve-busy': approve({ state: 'submitting' }),
    'approve-unknown': approve({ state: 'unknown' }, 1),
    'approve-done': approve({ state: 'accepted' }),
    'approve-failed': approve({ state: 'rejected', reasonText: texts.reason }),
    problem: problemPage({ language, text: words[language].refusals.other_person }),
    'problem-retry': problemPage({ language, text: words[language].bankUnavailable, back: '/p/subject' }),
    over: overPage(language),
    missing: missingPage(language),
  }
}
