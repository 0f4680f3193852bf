import { until } from './api.ts'
import { hold, keyOf, made, type Step } from './walk.ts'

type Consent = { readonly id: string; readonly state: string; readonly url: string }
type Account = {
  readonly id: string
  readonly iban: string | null
  readonly bban: string | null
  readonly state: string
}

const institutionId = 'fjordbanken'

const ask: Step = {
  title: 'Bank chosen, consent asked for',
  async run(walk) {
    const banks = await walk.api.list<{ id: string; name: string }>('/v1/institutions')
    const bank = banks.find(({ id }) => id === institutionId)
    hold(bank !== undefined, `${institutionId} is not among ${banks.length} institutions`)
    const consent = await askConsent(walk)
    walk.made.consentId = consent.id
    return `${consent.id}  ${bank.name}`
  },
}

const give: Step = {
  title: 'Consent given at the bank',
  async run(walk) {
    const consent = await askConsent(walk)
    const path = `/v1/consents/${consent.id}`
    const before = await walk.api.get<Consent>(path)
    if (before.state !== 'active') await walk.kari.consent(await walk.kari.enter(consent.url))
    let seen = ''
    const look = async () => {
      const row = await walk.api.get<Consent>(path)
      seen = row.state
      return row.state === 'active' ? row : undefined
    }
    const after = await until('the consent to be active', 15_000, look, () => seen)
    return `${after.id} is ${after.state}`
  },
}

const accounts: Step = {
  title: 'Accounts found, private one dropped',
  async run(walk) {
    const ledger = await walk.control.ledger()
    const bank = ledger.banks.find(({ id }) => id === institutionId)
    const own = bank?.accounts.filter(({ owner }) => owner === 'EKSEMPELVERKSTEDET AS') ?? []
    hold(own.length > 0, 'the company has no account in the ledger')
    let seen = 0
    const look = async () => {
      const rows = await walk.api.list<Account>(`/v1/accounts?companyId=${made(walk, 'companyId')}`)
      seen = rows.filter(({ state }) => state === 'enabled').length
      return seen >= own.length ? rows : undefined
    }
    const rows = await until(`${own.length} accounts`, 15_000, look, () => `${seen}`)
    hold(rows.length === own.length, `${rows.length} accounts are shown, the company has ${own.length}`)
    walk.made.accounts = own.map(({ iban, bban }) => {
      const row = rows.find((one) => one.iban === iban || one.bban === bban)
      hold(row !== undefined, `account ${bban} was not found`)
      return { id: row.id, bban }
    })
    return `${rows.length} of the company; ${rows.map(({ id }) => id).join(' ')}`
  },
}

/** The same consent whenever it is asked for by this walk, with the link for the person. */
const askConsent = (walk: Parameters<Step['run']>[0]) =>
  walk.api.post<Consent>(
    '/v1/consents',
    { companyId: made(walk, 'companyId'), userId: made(walk, 'userId'), institutionId },
    keyOf(walk, 'consent'),
  )

/** From an agreement to accounts that are read. */
export const consentSteps: readonly Step[] = [ask, give, accounts]
