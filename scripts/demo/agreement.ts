import { until } from './api.ts'
import { textOf } from './person.ts'
import { hold, keyOf, made, type Step, type Walk } from './walk.ts'

type Company = { readonly id: string; readonly name: string }
type Agreement = { readonly id: string; readonly state: string }
const organisationNumber = '312345676'
const email = 'kari@eksempelverkstedet.example'

const webhook: Step = {
  title: 'Webhook endpoint registered',
  async run(walk) {
    const endpoint = await walk.api.post<{ id: string; secret: string }>(
      '/v1/webhookEndpoints',
      { url: walk.receiver.url },
      keyOf(walk, 'webhook'),
    )
    walk.receiver.setSecret(endpoint.secret)
    walk.made.endpointId = endpoint.id
    return endpoint.id
  },
}

const company: Step = {
  title: 'Company registered',
  async run(walk) {
    const row = await walk.api.post<Company>('/v1/companies', { organisationNumber }, keyOf(walk, 'company'))
    walk.made.companyId = row.id
    return `${row.id}  ${row.name}`
  },
}

const user: Step = {
  title: 'Manager named as signer and approver',
  async run(walk) {
    const body = {
      companyId: made(walk, 'companyId'),
      name: 'Kari Eksempel',
      birthdate: '1980-04-15',
      email,
      roles: ['viewer', 'preparer', 'approver'],
    }
    const row = await walk.api.post<{ id: string; name: string }>('/v1/users', body, keyOf(walk, 'user'))
    walk.made.userId = row.id
    return `${row.id}  ${row.name}`
  },
}

const draft: Step = {
  title: 'Agreement written as PDF',
  async run(walk) {
    const body = { companyId: made(walk, 'companyId'), signerIds: [made(walk, 'userId')] }
    const row = await walk.api.post<Agreement>('/v1/agreements', body, keyOf(walk, 'agreement'))
    walk.made.agreementId = row.id
    return row.id
  },
}

const send: Step = {
  title: 'Link sent to the signer by mail',
  async run(walk) {
    const path = `/v1/agreements/${made(walk, 'agreementId')}`
    const { state } = await walk.api.get<Agreement>(path)
    if (state === 'draft') await walk.api.post(`${path}/send`)
    const link = await linkInMail(walk)
    return `mail to ${email}, ${new URL(link).pathname.slice(0, 9)}…`
  },
}

const sign: Step = {
  title: 'BankID, document read, signed',
  async run(walk) {
    const path = `/v1/agreements/${made(walk, 'agreementId')}`
    const { state } = await walk.api.get<Agreement>(path)
    if (state === 'active') return 'signed already'
    const page = await walk.kari.enter(await linkInMail(walk))
    const pdf = await walk.kari.readDocument(page)
    hold(Buffer.from(pdf.subarray(0, 5)).toString() === '%PDF-', 'the document is no PDF')
    const after = await walk.kari.sign(page)
    return `${pdf.length} bytes of PDF; the page says “${textOf(after).slice(0, 60)}”`
  },
}

const active: Step = {
  title: 'Signing right found in the register',
  async run(walk) {
    const path = `/v1/agreements/${made(walk, 'agreementId')}`
    let seen = ''
    const ask = async () => {
      const row = await walk.api.get<Agreement>(path)
      seen = row.state
      return row.state === 'active' ? row : undefined
    }
    const row = await until('the agreement to be active', 15_000, ask, () => seen)
    return `${row.id} is ${row.state}`
  },
}

/** The signer's link, from the mailbox of the sandbox. */
function linkInMail(walk: Walk): Promise<string> {
  const isOurs = (link: string) => link.startsWith(`${walk.api.origin}/l/`)
  return until(`a mail with a link to ${email}`, 15_000, async () => {
    const mails = await walk.control.mailbox()
    const mail = mails.find(({ to, subject }) => to.includes(email) && /sign/i.test(subject))
    return mail?.links.find(isOurs)
  })
}

/** From nothing to an agreement in force. */
export const agreementSteps: readonly Step[] = [webhook, company, user, draft, send, sign, active]
