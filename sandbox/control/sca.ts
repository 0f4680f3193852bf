import type { Bank } from '../bank/banks.ts'
import { runDue } from '../bank/due.ts'
import { isRecord } from '../bank/errors.ts'
import { likelyPerson } from '../bank/sca.ts'
import { findSca, type ScaSubject } from '../bank/sca-state.ts'
import type { SandboxContext } from '../context.ts'
import { type Incoming, json, type Reply } from '../http.ts'
import { badRequest } from './bad-request.ts'

function find(banks: readonly Bank[], url: string): { bank: Bank; subject: ScaSubject } | undefined {
  for (const bank of banks) {
    if (!url.startsWith(`${bank.pagesUrl}/sca/`)) continue
    const subject = findSca(bank, new URL(url).pathname.split('/').at(-1) ?? '')
    if (subject) return { bank, subject }
  }
  return undefined
}

/** The accounts whose boxes are on the page, ticked as a browser would send them. */
const tickedAccounts = (page: string) =>
  [...page.matchAll(/<input type="checkbox" name="account" value="(\d+)" checked/g)].map(
    (match) => match[1] ?? '',
  )

/**
 * POST /control/sca {url, outcome, person?, accounts?}: opens the page behind `url`, logs in and decides, as
 * the PSU's browser would. `person` is a test person's id; without it the PSU-ID or the first who may.
 * `accounts` (BBANs) narrows a bank-offered consent. Answers {redirect}.
 */
export async function postSca(
  context: SandboxContext,
  banks: readonly Bank[],
  request: Incoming,
): Promise<Reply> {
  const body = request.json()
  if (!isRecord(body)) return badRequest('', 'a JSON object')
  const { url, outcome, person, accounts } = body
  if (outcome !== 'approve' && outcome !== 'reject') return badRequest('outcome', 'approve or reject')
  runDue(context)
  const found = typeof url === 'string' ? find(banks, url) : undefined
  if (!found || typeof url !== 'string') return badRequest('url', 'the scaRedirect link of a bank here')
  const personId = typeof person === 'string' ? person : (likelyPerson(found.bank, found.subject) ?? '')
  const opened = await fetch(`${url}?person=${encodeURIComponent(personId)}`)
  const ticked = tickedAccounts(await opened.text())
  const form = new URLSearchParams({ outcome, person: personId })
  for (const bban of Array.isArray(accounts) ? accounts.map(String) : ticked) form.append('account', bban)
  const answer = await fetch(url, { method: 'POST', body: form, redirect: 'manual' })
  await answer.arrayBuffer()
  const location = answer.headers.get('location')
  if (answer.status !== 303 || !location) {
    return json(409, { error: 'the page did not accept it', status: answer.status })
  }
  return json(200, { redirect: location, person: personId })
}
