// Runs on whatever Node the machine has, before any dependency exists: installs what is missing, makes the
// database client when the schema is newer. Everything after it gets Node 24 from node_modules/.bin.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

const root = new URL('..', import.meta.url)

/** @param {string} file */
const changedAt = (file) => {
  try {
    return statSync(new URL(file, root)).mtimeMs
  } catch {
    return 0
  }
}

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
const run = (command, args, env) => {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`)
  process.exit(result.status ?? 1)
}

const installedAt = changedAt('node_modules/.package-lock.json')
if (installedAt < changedAt('package-lock.json') || installedAt < changedAt('package.json')) {
  process.stderr.write('Installing dependencies (once, about half a minute) …\n')
  run('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'])
}

if (changedAt('src/generated/client.ts') < changedAt('prisma/schema.prisma')) {
  // The generator would download a native engine that it never calls here; any executable keeps it from trying.
  const node = new URL('node_modules/.bin/node', root).pathname
  run(node, ['node_modules/prisma/build/index.js', 'generate'], {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  })
}
