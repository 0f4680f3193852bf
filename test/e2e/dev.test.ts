import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { until } from '../../scripts/demo/api.ts'
import { removeEmbedded } from '../../src/database/embedded.ts'
import { findPlace } from '../../src/database/embedded-place.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'kontobro-dev-'))
let dev: ChildProcess | undefined
afterEach(async () => {
  dev?.kill('SIGKILL')
  await removeEmbedded(join(dataDir, 'database'))
  rmSync(dataDir, { recursive: true, force: true })
})

/** Starts `npm run dev` without npm, and answers the first line that it prints. */
async function startDev(): Promise<{ process: ChildProcess; line: string }> {
  const child = spawn(process.execPath, ['scripts/dev.ts'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, KONTOBRO_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  dev = child
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const line = await until('npm run dev to be ready', 60_000, async () => {
    expect(child.exitCode).toBeNull()
    return text.includes('\n') ? text.split('\n')[0] : undefined
  })
  return { process: child, line: line ?? '' }
}

const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.once('exit', done))

async function isServed(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined)
  await answer?.body?.cancel()
  return answer !== undefined
}

const isDatabaseUp = () => existsSync(join(findPlace(join(dataDir, 'database')).pgData, 'postmaster.pid'))

test('npm run dev: one line with every address, the same after a restart; nothing is left of it, killed or not', {
  timeout: 180_000,
}, async () => {
  const first = await startDev()
  const ready = JSON.parse(first.line)
  const url = expect.stringMatching(/^https?:\/\/127\.0\.0\.1:\d+$/)
  expect(Object.keys(ready)).toEqual(['ready', 'api', 'apiKey', 'pages', 'sandbox'])
  expect(ready).toMatchObject({
    ready: true,
    api: url,
    apiKey: expect.stringMatching(/^kb_test_/),
    pages: url,
    sandbox: { control: url, bank: url, bankid: url, register: url },
  })
  const headers = { authorization: `Bearer ${ready.apiKey}` }
  expect((await fetch(`${ready.api}/v1/companies`, { headers })).status).toBe(200)

  const gone = ended(first.process)
  first.process.kill('SIGKILL')
  await gone
  await until('the gateway and the sandbox to end', 10_000, async () =>
    (await isServed(ready.api)) || (await isServed(ready.sandbox.control)) ? undefined : true,
  )

  const second = await startDev()
  expect(second.line).toBe(first.line)
  const exit = ended(second.process)
  second.process.kill('SIGINT')
  expect(await exit).toBe(0)
  expect(await isServed(ready.api)).toBe(false)
  expect(isDatabaseUp()).toBe(false)
})
