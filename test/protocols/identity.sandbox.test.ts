import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import { bankIdClient } from '../../src/protocols/bankid/client.ts'
import { registerClient } from '../../src/protocols/brreg/client.ts'
import { whoSuffices } from '../../src/protocols/brreg/signing-rights.ts'
import { esignClient } from '../../src/protocols/esign/client.ts'
import { agreementPdf } from '../../src/protocols/pdf/agreement-document.ts'
import { verifySignedRevision } from '../../src/protocols/pdf/pades.ts'

// Keys and typefaces take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

const dataDir = mkdtempSync(join(tmpdir(), 'kontobro-identity-'))
const redirectUri = 'http://127.0.0.1:9/bankid/callback'
let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({ dataDir })
}, 60_000)
afterAll(async () => {
  await sandbox.close()
  rmSync(dataDir, { recursive: true, force: true })
})

type Person = { id: string; name: string; birthdate: string; bankidAltsub: string }
type Company = { organisationNumber: string; name: string; bankrupt: boolean; deletedAt: string | null }

async function control<T>(path: string, body?: object): Promise<T> {
  const init = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const answer = await fetch(`${sandbox.urls.control}/control/${path}`, init ?? {})
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

const people = () => control<Person[]>('people')
const companies = () => control<Company[]>('companies')

async function personOf(id: string): Promise<Person> {
  const found = (await people()).find((person) => person.id === id)
  if (!found) throw new Error(`no test person ${id}`)
  return found
}

/** A browser without scripts: keeps cookies, follows redirects up to the gateway, submits the one form. */
async function browse(start: string, form: Record<string, string>): Promise<string> {
  const cookies = new Map<string, string>()
  const open = async (url: string, body?: URLSearchParams) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const init: RequestInit = { headers: { cookie }, redirect: 'manual' }
    const answer = await fetch(url, body ? { ...init, method: 'POST', body } : init)
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = (line.split(';')[0] ?? '').split('=')
      cookies.set(name ?? '', value ?? '')
    }
    await answer.arrayBuffer()
    return answer.headers.get('location')
  }
  let at = start
  for (let hop = 0; hop < 10 && !at.startsWith(redirectUri); hop++) {
    const location = (await open(at)) ?? (await open(at, new URLSearchParams(form)))
    if (!location) throw new Error(`stuck at ${at}`)
    at = new URL(location, at).href
  }
  return at
}

describe('BankID', () => {
  const client = () =>
    bankIdClient({
      issuer: sandbox.urls.bankid,
      clientId: 'kontobro',
      privateKeyPem: readFileSync(sandbox.pki.bankidClientKey, 'utf8'),
      redirectUri,
      allowInsecure: true,
    })

  test('tells who logged in, once', async () => {
    const bankId = client()
    const kari = await personOf('kari')
    const { url, ...secrets } = await bankId.start({ locale: 'nb' })
    const back = await browse(url, { person: 'kari', action: 'approve' })
    const { bankidAltsub, name, birthdate, acr } = await bankId.finish(back, secrets)
    expect({ bankidAltsub, name, birthdate }).toEqual({
      bankidAltsub: kari.bankidAltsub,
      name: kari.name,
      birthdate: kari.birthdate,
    })
    expect(acr).toBe('urn:bankid:bid;LOA=4')
    await expect(bankId.finish(back, secrets)).rejects.toMatchObject({ reason: 'replay' })
  })

  test('a log-in cannot be finished by another browser or for another log-in', async () => {
    const bankId = client()
    const mine = await bankId.start({ locale: 'nb' })
    const other = await bankId.start({ locale: 'nb' })
    const back = await browse(mine.url, { person: 'ola', action: 'approve' })
    await expect(bankId.finish(back, other)).rejects.toMatchObject({ reason: 'state' })
    const stolen = { ...mine, codeVerifier: other.codeVerifier }
    await expect(bankId.finish(back, stolen)).rejects.toMatchObject({ reason: 'replay' })
  })

  test('a nonce of another log-in is refused', async () => {
    const bankId = client()
    const mine = await bankId.start({ locale: 'nb' })
    const back = await browse(mine.url, { person: 'ola', action: 'approve' })
    await expect(bankId.finish(back, { ...mine, nonce: 'another' })).rejects.toMatchObject({
      reason: 'nonce',
    })
  })

  test('breaking off is no failure of ours', async () => {
    const bankId = client()
    const { url, ...secrets } = await bankId.start({ locale: 'en' })
    const back = await browse(url, { person: 'kari', action: 'cancel' })
    await expect(bankId.finish(back, secrets)).rejects.toMatchObject({ reason: 'cancelled' })
  })
})

describe('signing', () => {
  const client = () =>
    esignClient({ baseUrl: sandbox.urls.esign, clientId: 'kontobro', clientSecret: 'sandbox-esign-secret' })
  const roots = () => [readFileSync(sandbox.pki.personCa, 'utf8')]
  const agreement = () =>
    agreementPdf({
      language: 'nb',
      agreementId: 'agr_1',
      date: '2026-03-02',
      company: { name: 'TOSPANN PRØVEDRIFT AS', organisationNumber: '312345676' },
      signers: [{ name: 'Anne Attrapp' }, { name: 'Liv Øvelse' }],
      banks: [{ name: 'Fjordbanken', processors: [] }],
    })
  const orderOf = (pdf: Uint8Array) => ({
    pdf,
    name: 'Bankavtale',
    reference: 'agr_1',
    redirectUrl: 'http://127.0.0.1:9/sign/back',
  })

  test('two signers in turn sign our document, and nothing else', async () => {
    const esign = client()
    let document = await agreement()
    for (const [index, id] of ['anne', 'liv'].entries()) {
      const person = await personOf(id)
      const { orderId, signUrl } = await esign.createOrder(orderOf(document))
      expect(signUrl).toContain(orderId)
      expect(await esign.getOrder(orderId)).toMatchObject({ status: 'created' })
      await expect(esign.getSignedDocument(orderId)).rejects.toMatchObject({ kind: 'rejected' })
      await control('sign', { orderId, person: id })
      const { status, signer } = await esign.getOrder(orderId)
      expect(status).toBe('signed')
      expect(signer).toMatchObject({ name: person.name, birthdate: person.birthdate })
      const signed = await esign.getSignedDocument(orderId)
      const signatures = verifySignedRevision(document, signed, { roots: roots() })
      expect(signatures).toHaveLength(index + 1)
      expect(signatures.at(-1)).toMatchObject({ signerName: person.name, coversWholeFile: true })
      expect(signer?.certificateChainPem[0]?.trim()).toBe(signatures.at(-1)?.certificatePem.trim())
      document = signed
    }
  })

  test('a cancelled order cannot be signed any more', async () => {
    const esign = client()
    const { orderId } = await esign.createOrder(orderOf(await agreement()))
    await esign.cancel(orderId)
    expect(await esign.getOrder(orderId)).toEqual({ orderId, status: 'cancelled' })
    await expect(control('sign', { orderId, person: 'kari' })).rejects.toThrow()
    await esign.cancel(orderId)
  })

  test('an unknown order and a wrong secret are rejected', async () => {
    await expect(client().getOrder('nothing')).rejects.toMatchObject({ kind: 'rejected', httpStatus: 404 })
    const stranger = esignClient({ baseUrl: sandbox.urls.esign, clientId: 'kontobro', clientSecret: 'guess' })
    await expect(stranger.getOrder('nothing')).rejects.toMatchObject({ kind: 'rejected', httpStatus: 401 })
  })
})

describe('the business register', () => {
  const client = () => registerClient({ baseUrl: sandbox.urls.register })
  const companyNamed = async (part: string) => {
    const found = (await companies()).find(({ name }) => name.includes(part))
    if (!found) throw new Error(`no test company ${part}`)
    return found.organisationNumber
  }

  test('the manager alone is enough where the rule says so', async () => {
    const number = await companyNamed('EKSEMPELVERKSTEDET')
    const { value: unit } = await client().unit(number)
    expect(unit).toMatchObject({ organisationNumber: number, form: 'AS', problems: [] })
    const { value: rights } = await client().signature(number)
    expect(whoSuffices(rights, [await personOf('kari')])).toMatchObject({ sufficient: true })
    expect(whoSuffices(rights, [await personOf('ola')])).toMatchObject({ sufficient: false })
  })

  test('two together are needed where the rule says so', async () => {
    const { value: rights } = await client().signature(await companyNamed('TOSPANN'))
    const [anne, liv, kari] = [await personOf('anne'), await personOf('liv'), await personOf('kari')]
    expect(whoSuffices(rights, [anne, kari])).toMatchObject({ sufficient: false })
    expect(whoSuffices(rights, [anne, liv])).toMatchObject({ sufficient: true })
  })

  test('a rule in free text goes to a person', async () => {
    const { value: rights } = await client().signature(await companyNamed('FRITEKST'))
    expect(rights.kind).toBe('free_text')
  })

  test('bankrupt, deleted and unknown companies are told apart', async () => {
    const problems = async (number: string) => (await client().unit(number)).value.problems
    expect(await problems(await companyNamed('KONKURSBO'))).toEqual(['bankrupt'])
    expect(await problems(await companyNamed('SLETTET'))).toEqual(['deleted'])
    expect(await problems('999999999')).toEqual(['unknown'])
  })

  test('roles are read', async () => {
    const { value: roles } = await client().roles(await companyNamed('EKSEMPELVERKSTEDET'))
    const { name, birthdate } = await personOf('kari')
    expect(roles).toContainEqual({ code: 'DAGL', name, birthdate })
  })
})
