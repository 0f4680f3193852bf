// Once per vitest run: a folder for the run's database server. The server is started by the first test file that asks
// for a database, so that a run without one costs nothing, and is stopped here.
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { removeEmbedded } from '../../src/database/embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseFolder: string
  }
}

const prefix = 'kontobro-test-'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweep()
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  // Run by root, the server has another user, who must pass through.
  chmodSync(folder, 0o711)
  project.provide('databaseFolder', folder)
  return () => remove(folder)
}

async function remove(folder: string): Promise<void> {
  await removeEmbedded(join(folder, 'db'))
  rmSync(folder, { recursive: true, force: true })
}

/** A run that was killed leaves its server running; the next one ends it. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    if (!isAlive(Number(name.slice(prefix.length).split('-')[0]))) await remove(join(tmpdir(), name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
