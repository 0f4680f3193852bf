import { type Browser, type Form, formsOf, linksOf, openBrowser, type Page } from './browser.ts'

/** A test person at a browser, who does on real pages what people do there. */
export type Person = {
  readonly id: string
  readonly browser: Browser
  /** Opens a link, logs in by BankID, and answers the page behind it. */
  enter(link: string): Promise<Page>
  /** Reads the document that a page shows; answers the bytes of the PDF. */
  readDocument(page: Page): Promise<Uint8Array>
  /** Signs at the e-sign provider; answers our page afterwards. */
  sign(page: Page): Promise<Page>
  /** Gives a consent and approves it at the bank, all accounts that are offered ticked; answers our page afterwards. */
  consent(page: Page): Promise<Page>
  /** Approves a payment on our page and again at the bank; answers our page afterwards. */
  approve(page: Page): Promise<Page>
}

/** `id` is a test person's of the sandbox. */
export function newPerson(id: string): Person {
  const browser = openBrowser()

  async function atBank(page: Page): Promise<Page> {
    // Approved before, and the way back was cut off: the bank's page leads there.
    const back = linksOf(page)[0]
    if (formsOf(page).length === 0 && back) return browser.open(back)
    expectPage(page, 'the page of the bank')
    const known = await browser.submit(page, formWith(page, 'person'), { person: id })
    return browser.submit(known, formWith(known, 'outcome'), { outcome: 'approve' })
  }

  return {
    id,
    browser,
    async enter(link) {
      const door = expectPage(await browser.open(link), 'the door of a link')
      // Whoever has logged in on this link before is let through.
      if (!new URL(door.url).pathname.startsWith('/l/')) return door
      const bankId = expectPage(await browser.submit(door, formTo(door, '/login')), 'BankID')
      if (new URL(bankId.url).origin === new URL(link).origin) return bankId
      const page = await browser.submit(bankId, formWith(bankId, 'person'), { person: id, action: 'approve' })
      return expectPage(page, 'the page after BankID')
    },
    async readDocument(page) {
      const link = linksOf(page).find((href) => href.endsWith('/document'))
      if (!link) throw new Error(`${page.url} shows no document`)
      return browser.download(link)
    },
    async sign(page) {
      const signing = expectPage(await browser.submit(page, formTo(page, '/sign')), 'the sign page')
      const back = linksOf(signing).find((href) => href.startsWith(new URL(page.url).origin))
      if (back) return expectPage(await browser.open(back), 'the page after signing')
      const signed = await browser.submit(signing, formWith(signing, 'person'), {
        person: id,
        action: 'sign',
      })
      return expectPage(signed, 'the page after signing')
    },
    async consent(page) {
      const back = await atBank(await browser.submit(page, formTo(page, '/consent')))
      return expectPage(back, 'the page after the consent')
    },
    async approve(page) {
      const back = await atBank(await browser.submit(page, formTo(page, '/approve')))
      return expectPage(back, 'the page after the payment')
    },
  }
}

/** What a page says, in one line. */
export function textOf(page: Page): string {
  const main = /<main>(.*)<\/main>/s.exec(page.html)?.[1] ?? page.html
  return main
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function expectPage(page: Page, what: string): Page {
  if (page.status === 200) return page
  throw new Error(`${what} answers ${page.status}: ${textOf(page).slice(0, 300)} (${page.url})`)
}

function formTo(page: Page, ending: string): Form {
  const form = formsOf(page).find(({ action }) => action.endsWith(ending))
  if (form) return form
  throw new Error(`no form to ${ending} on ${page.url}: ${textOf(page).slice(0, 300)}`)
}

function formWith(page: Page, name: string): Form {
  const form = formsOf(page).find(({ fields, buttons }) =>
    [...fields, ...buttons].some(([field]) => field === name),
  )
  if (form) return form
  throw new Error(`no form with ${name} on ${page.url}: ${textOf(page).slice(0, 300)}`)
}
