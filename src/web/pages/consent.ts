import type { Language } from '../../consent/letters.ts'
import { html } from '../html.ts'
import { button, facts, notice, page } from '../layout.ts'
import { words } from '../words.ts'

export type ConsentPage = {
  readonly language: Language
  readonly csrf: string
  readonly path: string
  readonly company: string
  readonly bank: { readonly name: string; readonly processors: readonly string[] }
  readonly state: string
}

/** The consent at one bank: who processes what, who should not do this, and the way to the bank. */
export function consentPage(p: ConsentPage): string {
  const t = words[p.language]
  if (p.state === 'active') {
    return page(
      { language: p.language, title: t.consentActiveTitle, step: [3, 3] },
      notice('good', t.consentActive),
    )
  }
  if (!['created', 'awaiting_sca', 'partially_authorised', 'awaiting_approval'].includes(p.state)) {
    return page({ language: p.language, title: t.consentFailedTitle }, notice('bad', t.consentFailed))
  }
  const processors = p.bank.processors.length > 0 ? p.bank.processors.join(', ') : t.direct
  return page(
    { language: p.language, title: t.consentTitle, step: [2, 3] },
    html`${p.state !== 'created' && notice('wait', t.consentOpen)}
      <p>${t.consentLead}</p>
      ${facts([
        [t.bank, p.bank.name],
        [t.company, p.company],
        [t.processors, processors],
      ])}
      <p class="aside">${t.consentWho}</p>
      ${button({ action: `${p.path}/consent`, csrf: p.csrf, label: t.toBank })}`,
  )
}
