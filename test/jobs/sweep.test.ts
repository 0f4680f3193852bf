import { afterAll, beforeAll, expect, it } from 'vitest'
import { archive, unarchive } from '../../src/archive.ts'
import { createLink } from '../../src/consent/links.ts'
import { after } from '../../src/domain/clock.ts'
import { sweep } from '../../src/jobs/sweep.ts'
import { type Rooms, testRooms } from '../support/rooms.ts'

const day = 86_400_000
let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
afterAll(() => rooms?.close())

const count = (table: string) =>
  rooms.run(async (tx) => {
    const { rows } = await tx.sql.query<{ n: number }>(`select count(*)::int as n from ${table}`)
    return rows[0]?.n ?? 0
  })

it('raw input is destroyed with its key after 13 months; documents stay', async () => {
  const keep = (kind: 'bank_answer' | 'signed_agreement') =>
    rooms.run((tx) =>
      archive(tx, rooms.ports.vault, { companyId: null, kind, mediaType: 'x/y', bytes: Buffer.from(kind) }),
    )
  const [raw, document] = [await keep('bank_answer'), await keep('signed_agreement')]
  rooms.clock.advance(395 * day)
  expect(await sweep(rooms.ports)).toEqual({ gone: 0, more: false })
  rooms.clock.advance(2 * day)
  expect(await sweep(rooms.ports)).toEqual({ gone: 1, more: false })
  const keys = await rooms.run((tx) => tx.prisma.dataKey.findMany({ where: { subject: `file:${raw}` } }))
  expect(keys).toMatchObject([{ wrapped: null, destroyedAt: rooms.clock.now() }])
  const bytes = await rooms.run((tx) => unarchive(tx, rooms.ports.vault, document))
  expect(bytes.toString()).toBe('signed_agreement')
})

it('sessions go when their link has expired, log-ins after a day, stored answers in their time', async () => {
  const company = await rooms.company()
  const user = await rooms.person(company)
  await rooms.run(async (tx) => {
    const place = { companyId: company.id, userId: user.id, subjectId: 'agr_1', purpose: 'sign' as const }
    await createLink(tx, place)
    const link = await tx.prisma.link.findFirstOrThrow({ where: { userId: user.id } })
    const own = { clientId: tx.clientId, createdAt: tx.now }
    const session = { ...own, companyId: company.id, linkId: link.id, userId: user.id }
    const expiresAt = after(tx.now, 3_600_000)
    await tx.prisma.pageSession.create({ data: { ...session, id: 'ses_1', hash: 'h1', expiresAt } })
    await tx.prisma.bankIdLogin.create({
      data: { ...own, id: 'log_1', sessionId: 'ses_1', stateHash: 's1', secrets: 'x' },
    })
    const answer = { route: 'r', key: 'k', requestHash: 'h', status: 200, answer: '{}' }
    await tx.prisma.idempotencyKey.create({ data: { ...own, ...answer, id: 'ide_1', expiresAt } })
  })
  const left = async () => [
    await count('page_session'),
    await count('bankid_login'),
    await count('idempotency_key'),
  ]
  await sweep(rooms.ports)
  expect(await left()).toEqual([1, 1, 1])
  rooms.clock.advance(day + 1)
  await sweep(rooms.ports)
  expect(await left()).toEqual([1, 0, 0])
  rooms.clock.advance(14 * day)
  await sweep(rooms.ports)
  expect(await left()).toEqual([0, 0, 0])
})

it('what was counted against a bank’s limits goes after 30 days', async () => {
  const company = await rooms.company()
  await rooms.run(async (tx) => {
    const own = { clientId: tx.clientId, companyId: company.id }
    const account = { currency: 'NOK', state: 'discovered', ownership: 'declared', ownershipEvidence: 'test' }
    await tx.prisma.account.create({
      data: { ...own, ...account, id: 'acc_calls', number: 'NO9386011117947', createdAt: tx.now },
    })
    const call = { ...own, accountId: 'acc_calls', endpoint: 'balances', attended: false }
    await tx.prisma.bankCall.create({ data: { ...call, id: 'cal_old', at: after(tx.now, -30 * day) } })
    await tx.prisma.bankCall.create({ data: { ...call, id: 'cal_new', at: after(tx.now, -29 * day) } })
  })
  expect(await sweep(rooms.ports)).toEqual({ gone: 1, more: false })
  expect(await count('bank_call')).toBe(1)
})
