import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/audit/chain.ts'
import { type AuditHead, auditSigner } from '../../src/audit/head.ts'
import { recordAudit } from '../../src/audit/record.ts'
import { sealAudit } from '../../src/audit/seal.ts'
import { latestHead, verifyChain } from '../../src/audit/verify.ts'
import { type TestGround, testGround } from '../jobs/ground.ts'

const newKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const signer = auditSigner(newKey())

let ground: TestGround
beforeAll(async () => {
  ground = await testGround()
})
afterAll(() => ground.close())

async function deeds(clientId: string, count: number): Promise<void> {
  await ground.db.forClient(clientId, async (tx) => {
    for (let i = 0; i < count; i++) {
      await recordAudit(tx, {
        actor: { kind: 'operator', id: 'op_1' },
        action: 'payment.approve',
        resourceType: 'payment',
        resourceId: `pay_${i}`,
        companyId: null,
        data: { z: 1, a: { hash: 'ff', deep: [true, null, 'ø'] } },
      })
    }
  })
}
const verify = (clientId: string, kept: AuditHead[] = [], by = signer) =>
  ground.db.forClient(clientId, (tx) => verifyChain(tx, by, kept))
const kinds = async (clientId: string, kept: AuditHead[] = []) => [
  ...new Set((await verify(clientId, kept)).faults.map((fault) => fault.kind)),
]
const head = async (clientId: string) => {
  const found = await ground.db.forClient(clientId, latestHead)
  if (!found) throw new Error('no head')
  return found
}
async function chainOf(count: number): Promise<string> {
  const clientId = await ground.newClient()
  await deeds(clientId, count)
  while ((await sealAudit(ground.db, signer)).more);
  return clientId
}

const tables = ['audit_entry', 'audit_seal', 'audit_head', 'audit_outbox']
/** The owner can take every guard away; the chain is what remains. */
const tamper = (...statements: string[]) =>
  ground.asOwner(
    ...tables.flatMap((table) => [
      `alter table ${table} disable trigger user`,
      `alter table ${table} no force row level security`,
    ]),
    ...statements,
    ...tables.flatMap((table) => [
      `alter table ${table} enable trigger user`,
      `alter table ${table} force row level security`,
    ]),
  )

describe('the audit chain', () => {
  it('holds after several runs, and every run signs its end', async () => {
    const clientId = await chainOf(7)
    await deeds(clientId, 600)
    while ((await sealAudit(ground.db, signer)).more);
    const report = await verify(clientId)
    expect(report.faults).toEqual([])
    expect(report.length).toBe(607n)
    expect(await head(clientId)).toMatchObject({ position: 607n, hash: report.hash, keyId: signer.keyId })
  })

  it('is one chain when two sealers run at once', async () => {
    const clientId = await ground.newClient()
    for (let round = 0; round < 10; round++) {
      await deeds(clientId, 5)
      await Promise.all([sealAudit(ground.db, signer), sealAudit(ground.db, signer)])
    }
    expect(await verify(clientId)).toMatchObject({ length: 50n, faults: [] })
  })

  it('does not mix clients', async () => {
    const [a, b] = [await chainOf(3), await chainOf(4)]
    expect(await verify(a)).toMatchObject({ length: 3n, faults: [] })
    expect(await verify(b)).toMatchObject({ length: 4n, faults: [] })
  })

  it('knows entries that still wait to be sealed', async () => {
    const clientId = await chainOf(3)
    await deeds(clientId, 2)
    expect((await verify(clientId)).faults).toEqual([])
  })

  it('names a changed entry', async () => {
    const clientId = await chainOf(5)
    await tamper(`update audit_entry set actor = 'operator:op_2'
      where id = (select audit_id from audit_seal where client_id = '${clientId}' and position = 3)`)
    expect((await verify(clientId)).faults).toMatchObject([{ kind: 'entry_changed', position: 3n }])
  })

  it('names a change deep in the data', async () => {
    const clientId = await chainOf(2)
    await tamper(`update audit_entry set data = jsonb_set(data, '{a,hash}', '"fe"')
      where id = (select audit_id from audit_seal where client_id = '${clientId}' and position = 1)`)
    expect((await verify(clientId)).faults).toMatchObject([{ kind: 'entry_changed', position: 1n }])
  })

  it('names a removed entry, with its seal or without', async () => {
    const [a, b] = [await chainOf(5), await chainOf(5)]
    await tamper(
      `delete from audit_entry
       where id = (select audit_id from audit_seal where client_id = '${a}' and position = 2)`,
      `with gone as (delete from audit_seal where client_id = '${b}' and position = 2 returning audit_id)
       delete from audit_entry where id in (select audit_id from gone)`,
    )
    expect((await verify(a)).faults).toMatchObject([{ kind: 'entry_missing', position: 2n }])
    expect((await verify(b)).faults[0]).toMatchObject({ kind: 'position_missing', position: 2n })
  })

  it('names an entry that was slipped in', async () => {
    const clientId = await chainOf(2)
    await tamper(`insert into audit_entry (id, client_id, actor, action, resource_type, resource_id, data, at)
      values ('aud_forged_${clientId}', '${clientId}', 'user:usr_1', 'payment.approve', 'payment', 'pay_1', '{}',
        '2026-01-05T08:00:00Z')`)
    expect((await verify(clientId)).faults).toMatchObject([{ kind: 'entry_outside' }])
  })

  it('cut at its end and signed anew by nobody, shows by the stored head', async () => {
    const clientId = await chainOf(5)
    await tamper(`delete from audit_seal where client_id = '${clientId}' and position > 3`)
    expect(await kinds(clientId)).toEqual(['head_beyond', 'end_unsigned', 'entry_outside'])
  })

  it('cut clean with its heads, shows by a head that was kept elsewhere', async () => {
    const clientId = await chainOf(3)
    const early = await head(clientId)
    await deeds(clientId, 2)
    await sealAudit(ground.db, signer)
    const late = await head(clientId)
    await tamper(
      `with gone as (delete from audit_seal where client_id = '${clientId}' and position > 3 returning audit_id)
       delete from audit_entry where id in (select audit_id from gone)`,
      `delete from audit_head where client_id = '${clientId}' and position > 3`,
    )
    expect(await kinds(clientId)).toEqual([])
    expect(await kinds(clientId, [early])).toEqual([])
    expect(await kinds(clientId, [late])).toEqual(['head_beyond'])
  })

  it('rebuilt whole and signed with the true key, shows by a head that was kept elsewhere', async () => {
    const clientId = await chainOf(4)
    const kept = await head(clientId)
    await tamper(
      `update audit_entry set actor = 'operator:op_2' where client_id = '${clientId}'`,
      `delete from audit_head where client_id = '${clientId}'`,
      `insert into audit_outbox (audit_id, client_id)
       select id, client_id from audit_entry where client_id = '${clientId}'`,
      `delete from audit_seal where client_id = '${clientId}'`,
    )
    await sealAudit(ground.db, signer)
    expect(await verify(clientId)).toMatchObject({ length: 4n, faults: [] })
    expect(await kinds(clientId, [kept])).toEqual(['head_differs'])
  })

  it('rebuilt and signed with another key, shows by its signatures', async () => {
    const clientId = await chainOf(2)
    await tamper(
      `delete from audit_head where client_id = '${clientId}'`,
      `delete from audit_seal where client_id = '${clientId}'`,
      `insert into audit_outbox (audit_id, client_id)
       select id, client_id from audit_entry where client_id = '${clientId}'`,
    )
    await sealAudit(ground.db, auditSigner(newKey()))
    expect(await kinds(clientId)).toEqual(['signature_wrong'])
  })

  it('refuses a kept head that nobody signed', async () => {
    const clientId = await chainOf(2)
    const kept = await head(clientId)
    expect(await kinds(clientId, [{ ...kept, signedAt: '2020-01-01T00:00:00.000Z' }])).toEqual([
      'signature_wrong',
    ])
  })
})

describe('canonical JSON', () => {
  it('spells equal values equally', () => {
    const at = new Date('2026-01-05T08:00:00Z')
    expect(canonicalJson({ b: 1, a: [null, { d: 'ø', c: true }], at })).toBe(
      '{"a":[null,{"c":true,"d":"ø"}],"at":"2026-01-05T08:00:00.000Z","b":1}',
    )
    expect(canonicalJson({ a: undefined, b: 'x"y' })).toBe('{"b":"x\\"y"}')
  })
})
