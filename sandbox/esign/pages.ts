import { html, page } from '../html.ts'
import type { SignOrder } from '../state.ts'
import type { Person } from '../world.ts'

/** Whom the order is meant for is chosen beforehand; anyone may sign, as the client has to check who did. */
const isExpected = (order: SignOrder, person: Person) =>
  order.expectedSigner?.name === person.name && order.expectedSigner.birthdate === person.birthdate

/**
 * The sign page. Its form posts to the same address: `person` is the id of a test person, `action` is `sign`
 * or `decline`. Opening the page changes nothing. Works without scripts.
 */
export function signPage(order: SignOrder, people: readonly Person[]): string {
  const choices = people.map(
    (person) =>
      html`<option value="${person.id}"${isExpected(order, person) && html` selected`}>${person.name}, født ${person.birthdate}</option>`,
  )
  return page(
    'Signering',
    html`<p>Dokument: <a href="/sign/${order.id}/document">${order.documents[0]?.name}</a> (PDF)</p>
<p>Referanse: ${order.reference}</p>
<form method="post">
<label>Testperson <select name="person">${choices}</select></label>
<button name="action" value="sign">Signer</button><button name="action" value="decline">Avslå</button>
</form>`,
  )
}

const closedTexts: Record<Exclude<SignOrder['status'], 'created'>, string> = {
  signed: 'Dokumentet er signert.',
  rejected: 'Signeringen ble avslått.',
  expired: 'Fristen for å signere er ute.',
  cancelled: 'Signeringsoppdraget er trukket tilbake.',
}

/** Shown for an order that is no longer open, with the way back. `status` as in the order. */
export function closedPage(status: Exclude<SignOrder['status'], 'created'>, backTo: string): string {
  return page('Signering', html`<p>${closedTexts[status]}</p><p><a href="${backTo}">Gå tilbake</a></p>`)
}

export function unknownPage(): string {
  return page('Signering', html`<p>Signeringsoppdraget finnes ikke.</p>`)
}
