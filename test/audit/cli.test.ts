import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditSigner } from '../../src/audit/head.ts'
import { recordAudit } from '../../src/audit/record.ts'
import { sealAudit } from '../../src/audit/seal.ts'
import { auditVerify, parseHeads, printHeads, verifyChains } from '../../src/cli/audit.ts'
import { type Terminal, UsageError } from '../../src/cli/command.ts'
import { type TestGround, testGround } from '../jobs/ground.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const signer = auditSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())

let ground: TestGround
let clients: string[]
beforeAll(async () => {
  ground = await testGround()
  clients = [await ground.newClient(), await ground.newClient()].sort()
  for (const clientId of clients) {
    await ground.db.forClient(clientId, (tx) =>
      recordAudit(tx, {
        actor: { kind: 'operator', id: 'op_1' },
        action: 'client.create',
        resourceType: 'client',
        resourceId: clientId,
        companyId: null,
      }),
    )
  }
  await sealAudit(ground.db, signer)
})
afterAll(() => ground.close())

function screen(): Terminal & { text: string } {
  const shown = {
    text: '',
    out(text: string) {
      shown.text += text
    },
    err(text: string) {
      shown.text += text
    },
    stdin: (async function* () {})(),
  }
  return shown
}

describe('kontobro audit', () => {
  it('prints a head per client, and verifies against them', async () => {
    const heads = screen()
    expect(await printHeads(ground.db, heads)).toBe(0)
    const kept = parseHeads(heads.text, 'heads.jsonl')
    expect(kept.map((head) => head.clientId)).toEqual(clients)
    const result = screen()
    expect(await verifyChains(ground.db, signer, result, { kept })).toBe(0)
    expect(
      result.text.match(/^ok {4}cli_\w+: 1 entries, checked against 1 kept head, ends in /gm),
    ).toHaveLength(2)
  })

  it('fails for a chain that is gone whole, by the head that was kept', async () => {
    const gone = await ground.newClient()
    const head = signer.sign({
      clientId: gone,
      position: 3n,
      hash: 'a'.repeat(64),
      signedAt: '2026-01-05T08:00:00.000Z',
    })
    const result = screen()
    expect(await verifyChains(ground.db, signer, result, { kept: [head] })).toBe(1)
    expect(result.text).toContain(`FAULT ${gone}`)
    expect(result.text).toContain('head_beyond at 3: the kept head says 3 entries, there are 0')
  })

  it('looks at one client only when asked', async () => {
    const result = screen()
    expect(await verifyChains(ground.db, signer, result, { client: clients[0], kept: [] })).toBe(0)
    expect(result.text).toContain(clients[0])
    expect(result.text).not.toContain(clients[1])
  })

  it('refuses options it does not know, and files that are no heads', async () => {
    await expect(auditVerify(['--hed', 'x'], screen())).rejects.toThrow(UsageError)
    await expect(auditVerify(['--client'], screen())).rejects.toThrow(UsageError)
    expect(() => parseHeads('{}', 'heads.jsonl')).toThrow('heads.jsonl:1 is not a head')
    expect(() => parseHeads('\nno', 'heads.jsonl')).toThrow('heads.jsonl:2')
  })
})
