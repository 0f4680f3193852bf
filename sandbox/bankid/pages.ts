import { html, page } from '../html.ts'
import type { Person } from '../world.ts'

/**
 * The log-in page. Its form posts to the same address: `person` is the id of a test person, `action` is
 * `approve` or `cancel`. Works without scripts.
 */
export function loginPage(people: readonly Person[], chosenId: string | undefined): string {
  const choices = people.map(
    (person) =>
      html`<option value="${person.id}"${person.id === chosenId && html` selected`}>${person.name}, født ${person.birthdate}</option>`,
  )
  return page(
    'BankID',
    html`<p>Velg hvem du er. Ekte BankID ville bedt om kode og passord.</p>
<form method="post">
<label>Testperson <select name="person">${choices}</select></label>
<button name="action" value="approve">Bekreft</button><button name="action" value="cancel">Avbryt</button>
</form>`,
  )
}

/** Shown when the log-in has expired, is unknown, or belongs to another browser. */
export function lostPage(): string {
  return page(
    'BankID',
    html`<p>Innloggingen er utløpt eller avbrutt. Start på nytt fra tjenesten du kom fra.</p>`,
  )
}
