import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { attacks } from './attacks.ts'
import type { AttackReport } from './child.ts'

const child = fileURLToPath(new URL('child.ts', import.meta.url))
const project = fileURLToPath(new URL('../../../', import.meta.url))
/** A process without rights: to read the project and its own memory, nothing else. */
const rights = ['--permission', `--allow-fs-read=${project}*`, '--allow-fs-read=/proc/self/status']

async function attack(name: string): Promise<AttackReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [...rights, child, name])
  return JSON.parse(stdout) as AttackReport
}

describe('files made to harm', () => {
  test.concurrent.each(attacks)(
    '%s',
    async (name, _, code) => {
      const report = await attack(name)
      expect(report.code).toBe(code)
      expect(report.calls).toBe(0)
      // Of the processor's time, so that the test holds on a busy machine too.
      expect(report.milliseconds).toBeLessThan(1_000)
      // Not told on every system.
      if (report.peakMegabytes !== null) expect(report.peakMegabytes).toBeLessThan(200)
    },
    60_000,
  )
})
