import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openClock } from '../../sandbox/clock.ts'
import type { SandboxContext, SandboxUrls } from '../../sandbox/context.ts'
import { openPki } from '../../sandbox/pki.ts'
import { openStore } from '../../sandbox/state.ts'
import { world } from '../../sandbox/world.ts'

/** A sandbox without banks in a folder of its own: enough for BankID, e-sign, register and mailbox. */
export function idsContext(): SandboxContext & { forget: () => Promise<void> } {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-ids-'))
  const clock = openClock(dataDir)
  const state = openStore(dataDir, () => ({
    version: 1,
    worldDate: clock.today(),
    ports: {},
    sequence: 0,
    banks: {},
    orders: {},
    mails: [],
  }))
  const pki = openPki(dataDir)
  const forget = async () => {
    await state.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  // These servers do not ask where the others are.
  const urls = {} as SandboxUrls
  return { dataDir, clock, state, pki, world, urls, forget }
}
