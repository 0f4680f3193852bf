import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startStack } from '../../scripts/stack.ts'
import { read, root } from './pages.ts'

const step = /^```sh\n([\s\S]*?)^```|^<!-- person: (\w+) (\w+) (\S+) -->/gm

/** The commands of the guide as one script; what the reader does in a browser is done by a program. */
function guideAsScript(): string {
  const parts = [...read('docs/getting-started.md').matchAll(step)].map(([, code, who, what, link]) => {
    return code ?? `"$NODE" "$ROOT/test/docs/person-step.ts" ${who} ${what} "${link}"\n`
  })
  return `set -euo pipefail\n${parts.join('\n')}`
}

const missing = ['bash', 'curl', 'jq', 'openssl'].filter(
  (name) => spawnSync(name, ['--version']).error !== undefined,
)
if (missing.length > 0) console.log(`The guide is not run here: no ${missing.join(', ')}`)

test.skipIf(missing.length > 0)(
  'the guide for beginners holds, command by command',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kontobro-guide-'))
    const stack = await startStack({ dataDir: join(folder, 'data'), temporary: true })
    try {
      const { control, mailbox } = stack.sandbox
      writeFileSync(
        join(folder, 'ready.json'),
        JSON.stringify({ api: stack.api, apiKey: stack.apiKey, sandbox: { control, mailbox } }),
      )
      writeFileSync(join(folder, 'guide.sh'), guideAsScript())
      const env = { ...process.env, NODE: process.execPath, ROOT: root }
      const options = { cwd: folder, env, timeout: 180_000 }
      const { stdout } = await promisify(execFile)('bash', ['guide.sh'], options)
      const lines = stdout.trim().split('\n')
      expect(lines).toContain(
        '{"rule":"kid","amount":{"amount":"1250.00","currency":"NOK"},"why":"The KID of the transaction is the KID of the open item."}',
      )
      expect(stdout).toMatch(/\{"state":"settled","bankCode":"ACSC","transactionId":"txn_/)
      expect(
        lines.filter((line) => line.includes('payment.state_changed') && line.endsWith('settled')),
      ).toHaveLength(1)
      // The money left once, as the bank's own ledger knows.
      expect(lines).toContain('1')
    } finally {
      await stack.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
