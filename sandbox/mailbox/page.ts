import { html, type Part, page } from '../html.ts'
import type { Mail } from '../state.ts'

function mailPart(mail: Mail): Part {
  return html`<article id="${mail.id}">
<h2>${mail.subject || '(uten emne)'}</h2>
<p>Fra ${mail.from} til ${mail.to}, <time datetime="${mail.at}">${mail.at}</time></p>
<pre style="white-space:pre-wrap">${mail.text}</pre>
${mail.links.length > 0 && html`<ul>${mail.links.map((link) => html`<li><a href="${link}" rel="noreferrer">${link}</a></li>`)}</ul>`}
</article>`
}

/** All mails, newest first, with their links to click. */
export function mailboxPage(mails: readonly Mail[]): string {
  return page(
    'Postkasse',
    mails.length > 0 ? mails.toReversed().map(mailPart) : html`<p>Ingen e-post ennå.</p>`,
  )
}
