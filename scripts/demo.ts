import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBack } from './demo/read-back.ts'
import { startReceiver } from './demo/receiver.ts'
import { runSteps } from './demo/run.ts'
import { allSteps } from './demo/steps.ts'
import { newWalk } from './demo/walk.ts'
import { readOptions } from './stack/options.ts'
import { untilAsked } from './stack/signals.ts'
import { startStack } from './stack.ts'

// npm run demo [-- --once]: a world of its own on free ports, and the whole path in it. It stays until Ctrl-C; with
// --once it ends after the walk, with exit code 0 only if every step held, and one JSON object as its last line.
const values = readOptions({ once: { type: 'boolean', default: false } })
const start = performance.now()
const say = (text: string) => process.stdout.write(`${text}\n`)
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

const asked = untilAsked()
const dataDir = mkdtempSync(join(tmpdir(), 'kontobro-demo-'))
const receiver = await startReceiver()
say('Starting PostgreSQL, two banks, BankID, e-signing, the register, mail and the gateway …')
const stack = await startStack({ dataDir, temporary: true }).catch((error: unknown) => fail(error))
say(`Ready after ${seconds(performance.now() - start)}\n`)

/** Ends with what went wrong, and nothing left behind. */
async function fail(error: unknown): Promise<never> {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

let number = 0
const report = ({ title, said, ms }: { title: string; said: string; ms: number }) => {
  number += 1
  say(`${String(number).padStart(2)}  ${title.padEnd(42)} ${seconds(ms).padStart(6)}  ${said}`)
}
const walk = newWalk({ api: stack.api, apiKey: stack.apiKey, control: stack.sandbox.control, receiver })

const outcome = await Promise.race([
  runSteps(walk, allSteps, { report })
    .then(() => readBack(walk))
    .then((numbers) => ({ numbers }))
    .catch((error: unknown) => ({ error })),
  asked.then(() => ({ stopped: true })),
])
const total = Math.round((performance.now() - start) / 100) / 10

if ('error' in outcome) {
  const { error } = outcome
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  for (const child of stack.gateway) {
    const lines = child
      .output()
      .split('\n')
      .filter((line) => /"level":"(error|fatal|warn)"/.test(line))
    const last = lines.slice(-5).map((line) => line.slice(0, 600))
    if (last.length > 0) process.stderr.write(`${child.name} has logged:\n${last.join('\n')}\n`)
  }
}
if (!values.once && 'numbers' in outcome) {
  say(`
  API and its description   ${stack.api}/docs
  API key                   ${stack.apiKey}
  Pages                     ${stack.api}
  Mailbox                   ${stack.sandbox.mailbox}
  Control of the sandbox    ${stack.sandbox.control}/control/ledger

Everything runs until Ctrl-C; then this world is deleted.`)
  await asked
}
await stack.stop()
await receiver.close()
if (values.once && 'numbers' in outcome) {
  say(`\n${JSON.stringify({ demo: 'ok', ...outcome.numbers, seconds: total })}`)
}
process.exit('error' in outcome ? 1 : 0)
