import type { Language } from '../../consent/letters.ts'
import type { SigningView } from '../../consent/signing/start.ts'
import { organisation } from '../format.ts'
import { html, type Part } from '../html.ts'
import { button, documentLink, facts, notice, page } from '../layout.ts'
import { words } from '../words.ts'

export type SignPage = {
  readonly language: Language
  readonly csrf: string
  readonly path: string
  readonly company: { readonly name: string; readonly organisationNumber: string }
  readonly view: SigningView
  /** What came back from the e-sign provider, when the person has just been there. */
  readonly outcome?: string
}

/** The agreement for one signer: read and sign, or how it went. */
export function signPage(p: SignPage): string {
  const t = words[p.language]
  const { agreement, signer, waitingFor } = p.view
  if (signer.declinedAt || agreement.state === 'declined') {
    return page({ language: p.language, title: t.declinedTitle }, notice('bad', t.declined))
  }
  if (signer.signedAt) return signedPage(p)
  const company = facts([
    [t.company, p.company.name],
    [t.organisationNumber, organisation(p.company.organisationNumber)],
  ])
  const document = agreementLink(p)
  if (waitingFor.length > 0) {
    const names = waitingFor.join(', ')
    return page(
      { language: p.language, title: t.signTitle, step: [2, 3] },
      html`${notice('wait', html`${t.waitingFor} ${names}`)}${company}${document}`,
    )
  }
  const said =
    p.outcome === 'refused'
      ? notice('bad', t.otherSigner)
      : p.outcome === 'waiting'
        ? notice('wait', t.notSigned)
        : false
  return page(
    { language: p.language, title: t.signTitle, step: [2, 3] },
    html`${said}<p>${t.signLead}</p>${company}${document}
      ${button({ action: `${p.path}/sign`, csrf: p.csrf, label: t.sign })}`,
  )
}

function agreementLink(p: SignPage): Part {
  const t = words[p.language]
  return documentLink({ href: `${p.path}/document`, label: t.read, note: t.pdf })
}

function signedPage(p: SignPage): string {
  const t = words[p.language]
  const { state } = p.view.agreement
  const more =
    state === 'active' ? t.signedActive : state === 'partially_signed' ? t.signedMore : t.signedReview
  return page(
    { language: p.language, title: t.signedTitle, step: [3, 3] },
    html`${notice('good', t.signed)}<p>${more}</p>${agreementLink(p)}`,
  )
}
