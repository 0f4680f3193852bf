import type { Language } from '../../consent/letters.ts'
import type { LinkPurpose } from '../../consent/links.ts'
import { html } from '../html.ts'
import { button, facts, notice, page } from '../layout.ts'
import { words } from '../words.ts'

/** What a link shows before log-in: for which company and which purpose, and nothing that a stranger should not see. */
export function doorPage(p: {
  language: Language
  csrf: string
  action: string
  purpose: LinkPurpose
  company: string
  person: string
}): string {
  const t = words[p.language]
  const titles = { sign: t.signTitle, consent: t.consentTitle, approve: t.approveTitle }
  return page(
    { language: p.language, title: titles[p.purpose], step: [1, 3] },
    html`<p>${t.personal}</p>
      ${facts([
        [t.company, p.company],
        [t.you, p.person],
      ])}
      ${button({ action: p.action, csrf: p.csrf, label: t.logIn })}`,
  )
}

/** A link that is wrong, used up or out of date: they all look the same. */
export function overPage(language: Language): string {
  const t = words[language]
  return page({ language, title: t.overTitle }, html`<p>${t.over}</p>`)
}

export function missingPage(language: Language): string {
  const t = words[language]
  return page({ language, title: t.notFoundTitle }, html`<p>${t.notFound}</p>`)
}

/** Something went wrong; the text says what to do, and where a new try starts. */
export function problemPage(p: { language: Language; text: string; back?: string }): string {
  const t = words[p.language]
  const back = p.back
    ? html`<p><a class="main" href="${p.back}">${t.retry}</a></p>`
    : html`<p>${t.openAgain}</p>`
  return page({ language: p.language, title: t.problemTitle }, html`${notice('bad', p.text)}${back}`)
}
