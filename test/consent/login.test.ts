import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { closeLinks, createLink, findLink, type Link } from '../../src/consent/links.ts'
import { findSession, finishLogin, type PageSessionRow, startLogin } from '../../src/consent/login.ts'
import { newSecret } from '../../src/domain/ids.ts'
import { BankIdRefused } from '../../src/protocols/bankid/refusal.ts'
import { kari, ola } from '../support/fake-identity.ts'
import { type Rooms, testRooms } from '../support/rooms.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(() => {
  rooms.bankId.person = kari
})
afterAll(() => rooms?.close())

async function newLink(person = kari): Promise<{ secret: string; link: Link; userId: string }> {
  const company = await rooms.company()
  const user = await rooms.person(company, person)
  const { secret } = await rooms.run((tx) =>
    createLink(tx, { companyId: company.id, userId: user.id, purpose: 'sign', subjectId: company.id }),
  )
  const link = await findLink(rooms.ports.db, secret)
  if (!link) throw new Error('no link')
  return { secret, link, userId: user.id }
}

type Begun = { cookie: string; waiting: PageSessionRow; callback: string }

async function begin(link: Link): Promise<Begun> {
  const visitor = { ipAddress: '192.0.2.10', userAgent: 'Test browser', locale: 'nb' as const }
  const { url, cookie } = await startLogin(rooms.ports, link, visitor)
  const waiting = await findSession(rooms.ports, cookie)
  if (!waiting) throw new Error('no session')
  return {
    cookie,
    waiting,
    callback: `/bankid/callback?code=c&state=${new URL(url).searchParams.get('state')}`,
  }
}

const finish = (begun: Begun, callback = begun.callback) => finishLogin(rooms.ports, begun.waiting, callback)

test('a log-in makes a session for the person of the link, and the cookie from before is dead', async () => {
  const { link, userId } = await newLink()
  const begun = await begin(link)
  expect(begun.waiting.authenticatedAt).toBeNull()
  const { cookie, session } = await finish(begun)
  expect(session).toMatchObject({ userId, linkId: link.id, acr: 'urn:bankid:bid;LOA=4' })
  expect(cookie).not.toBe(begun.cookie)
  expect(await findSession(rooms.ports, begun.cookie)).toBeNull()
  expect((await findSession(rooms.ports, cookie))?.id).toBe(session.id)
})

test('a session lasts half an hour', async () => {
  const { cookie } = await finish(await begin((await newLink()).link))
  rooms.clock.advance(29 * MINUTE_MS)
  expect(await findSession(rooms.ports, cookie)).not.toBeNull()
  rooms.clock.advance(MINUTE_MS)
  expect(await findSession(rooms.ports, cookie)).toBeNull()
})

test('a replayed callback finds its log-in used, and BankID is not asked again', async () => {
  const begun = await begin((await newLink()).link)
  await finish(begun)
  const asked = rooms.bankId.finished
  await expect(finish(begun)).rejects.toMatchObject({ reason: 'stale' })
  expect(rooms.bankId.finished).toBe(asked)
})

test('of two callbacks at once, one logs in', async () => {
  const begun = await begin((await newLink()).link)
  const outcomes = await Promise.allSettled([finish(begun), finish(begun)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('the state of another browser’s log-in is refused, and is still good for that browser', async () => {
  const [mine, theirs] = [await begin((await newLink()).link), await begin((await newLink()).link)]
  await expect(finish(mine, theirs.callback)).rejects.toMatchObject({ reason: 'stale' })
  await expect(finish(mine, '/bankid/callback?code=c')).rejects.toMatchObject({ reason: 'stale' })
  expect((await finish(theirs)).session.linkId).toBe(theirs.waiting.linkId)
})

test('another person than the link is for is turned away, and nothing is bound', async () => {
  const { link, userId } = await newLink()
  rooms.bankId.person = ola
  await expect(finish(await begin(link))).rejects.toMatchObject({ reason: 'other_person' })
  const user = await rooms.run((tx) => tx.prisma.user.findUniqueOrThrow({ where: { id: userId } }))
  expect(user.bankidHash).toBeNull()
})

test('the first log-in binds: a namesake is turned away afterwards', async () => {
  const { link } = await newLink()
  await finish(await begin(link))
  rooms.bankId.person = { ...kari, bankidAltsub: 'altsub-namesake' }
  await expect(finish(await begin(link))).rejects.toMatchObject({ reason: 'other_person' })
  rooms.bankId.person = kari
  await finish(await begin(link))
})

test('a birth date that was given has to be the person’s', async () => {
  const { link, userId } = await newLink()
  await rooms.run((tx) => tx.prisma.user.update({ where: { id: userId }, data: { birthdate: '1981-02-28' } }))
  await expect(finish(await begin(link))).rejects.toMatchObject({ reason: 'other_person' })
})

test.each([
  ['cancelled', 'cancelled'],
  ['assurance', 'assurance'],
  ['unavailable', 'unavailable'],
  ['nonce', 'stale'],
  ['replay', 'stale'],
  ['protocol', 'stale'],
] as const)('BankID says %s: the page says %s', async (said, shown) => {
  const begun = await begin((await newLink()).link)
  rooms.bankId.person = new BankIdRefused(said, 'test')
  await expect(finish(begun)).rejects.toMatchObject({ reason: shown })
})

test('neither cookies, secrets nor the ID token are readable in the database', async () => {
  const { secret, link } = await newLink()
  const begun = await begin(link)
  const { cookie } = await finish(begun)
  const rows = await rooms.owner<{ row: string }>(
    'select page_session::text as row from page_session union all select bankid_login::text from bankid_login',
  )
  const text = rows.map(({ row }) => row).join('\n')
  expect(text).toContain(link.id)
  for (const hidden of [secret, cookie, begun.cookie, 'id-token-of-', kari.bankidAltsub]) {
    expect(text).not.toContain(hidden)
  }
})

test('a link is good for two weeks', async () => {
  const { secret } = await newLink()
  rooms.clock.advance(14 * DAY_MS - 1)
  expect(await findLink(rooms.ports.db, secret)).not.toBeNull()
  rooms.clock.advance(1)
  expect(await findLink(rooms.ports.db, secret)).toBeNull()
})

test('guessing finds nothing, whatever is guessed', async () => {
  const { secret, link } = await newLink()
  const [row] = await rooms.owner<{ hash: string }>('select hash from link where id = $1', [link.id])
  const guesses = [
    '',
    ' ',
    '%',
    secret.slice(0, -1),
    `${secret} `,
    secret.toUpperCase(),
    link.id,
    row?.hash ?? '',
  ]
  for (const guess of [...guesses, newSecret(), "' or true --", 'x'.repeat(10_000)]) {
    expect(await findLink(rooms.ports.db, guess)).toBeNull()
  }
})

test('a closed link can still be opened, to show how things went', async () => {
  const { secret, link, userId } = await newLink()
  await rooms.run((tx) => closeLinks(tx, link.subjectId, userId))
  expect((await findLink(rooms.ports.db, secret))?.closedAt).toEqual(rooms.clock.now())
})
