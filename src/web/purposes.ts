import { isFailure } from '../connectors/failure.ts'
import { mainRoute } from '../connectors/institutions.ts'
import { getCompany } from '../consent/companies.ts'
import { beginConsent } from '../consent/consents/begin.ts'
import { checkConsent } from '../consent/consents/check.ts'
import { getConsent } from '../consent/consents/create.ts'
import type { ConsentPorts } from '../consent/ports.ts'
import { completeSigning } from '../consent/signing/complete.ts'
import { markViewed, startSigning, viewSigning } from '../consent/signing/start.ts'
import { approvePayment, declinePayment } from '../payments/approve.ts'
import { getPayment } from '../payments/create.ts'
import { followPayment } from '../payments/follow.ts'
import { snapshotHash } from '../payments/snapshot.ts'
import { submitPayment } from '../payments/submit.ts'
import { approvePage } from './pages/approve.ts'
import { consentPage } from './pages/consent.ts'
import { signPage } from './pages/sign.ts'
import type { Visit } from './visit.ts'

/** What a hosted page can do: show itself, act on a button, and look again when the person comes back. */
export type Purpose = {
  show(ports: ConsentPorts, visit: Visit, csrf: string, outcome?: string): Promise<string>
  /** Buttons by the last part of their address. Each answers where the browser goes; null: back to the page. */
  readonly actions: Readonly<
    Record<string, (ports: ConsentPorts, visit: Visit, form: Form) => Promise<string | null>>
  >
  /** The person is back from the bank or the e-sign provider. Coming back proves nothing: ask them. */
  returned(ports: ConsentPorts, visit: Visit): Promise<string | undefined>
}
export type Form = Readonly<Record<string, unknown>>

const returnUrl = (ports: ConsentPorts, visit: Visit) => `${ports.publicUrl}${visit.path}/back`

const sign: Purpose = {
  show: (ports, visit, csrf, outcome) =>
    ports.db.forClient(visit.clientId, async (tx) => {
      const view = await viewSigning(tx, visit.link.subjectId, visit.visitor.userId)
      const company = await getCompany(tx, view.agreement.companyId)
      await markViewed(tx, view, visit.visitor)
      return signPage({ ...visit, csrf, company, view, ...(outcome ? { outcome } : {}) })
    }),
  actions: {
    sign: (ports, visit) =>
      startSigning(ports, visit.visitor, {
        clientId: visit.clientId,
        agreementId: visit.link.subjectId,
        returnUrl: returnUrl(ports, visit),
      }),
  },
  async returned(ports, visit) {
    const { signer } = await ports.db.forClient(visit.clientId, (tx) =>
      viewSigning(tx, visit.link.subjectId, visit.visitor.userId),
    )
    return completeSigning(ports, visit.clientId, signer.id)
  },
}

const consent: Purpose = {
  show: (ports, visit, csrf) =>
    ports.db.forClient(visit.clientId, async (tx) => {
      const row = await getConsent(tx, visit.link.subjectId)
      const company = await getCompany(tx, row.companyId)
      const institution = ports.registry.institutions().find(({ id }) => id === row.institutionId)
      const way = row.route === mainRoute ? institution : institution?.otherRoutes[row.route]
      const bank = { name: institution?.name ?? row.institutionId, processors: way?.processors ?? [] }
      return consentPage({ ...visit, csrf, company: company.name, bank, state: row.state })
    }),
  actions: {
    consent: (ports, visit) =>
      beginConsent(ports, visit.visitor, {
        clientId: visit.clientId,
        consentId: visit.link.subjectId,
        returnUrl: returnUrl(ports, visit),
      }),
  },
  async returned(ports, visit) {
    return checkConsent(ports, visit.clientId, visit.link.subjectId, visit.visitor)
  },
}

const approve: Purpose = {
  show: (ports, visit, csrf) =>
    ports.db.forClient(visit.clientId, async (tx) => {
      const payment = await getPayment(tx, visit.link.subjectId)
      const company = await getCompany(tx, payment.companyId)
      const debtor = await tx.prisma.account.findUniqueOrThrow({ where: { id: payment.accountId } })
      const attempts = await tx.prisma.paymentAttempt.count({
        where: { clientId: tx.clientId, paymentId: payment.id },
      })
      return approvePage({
        ...visit,
        csrf,
        company: company.name,
        payment,
        debtorNumber: debtor.number,
        shownHash: snapshotHash(payment),
        attempts,
      })
    }),
  actions: {
    async approve(ports, visit, form) {
      const paymentId = visit.link.subjectId
      const shownHash = typeof form.shown === 'string' ? form.shown : ''
      await ports.db.forClient(visit.clientId, (tx) =>
        approvePayment(ports, tx, visit.visitor, { paymentId, shownHash }),
      )
      const place = { clientId: visit.clientId, paymentId, returnUrl: returnUrl(ports, visit) }
      try {
        return await submitPayment(ports, visit.visitor, place)
      } catch (error) {
        // What came of it is written down: the page tells, and whether another try is safe.
        if (!isFailure(error, 'rejected', 'outcome_unknown', 'malformed', 'sca_unsupported')) throw error
        ports.log.warn({ err: error, paymentId }, 'a payment was not taken')
        return null
      }
    },
    async decline(ports, visit) {
      await ports.db.forClient(visit.clientId, (tx) =>
        declinePayment(tx, visit.visitor, visit.link.subjectId),
      )
      return null
    },
  },
  async returned(ports, visit) {
    return (await followPayment(ports, visit.clientId, visit.link.subjectId)).state
  },
}

export const purposes = { sign, consent, approve } as const
