#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it: finds a Node 24 and the commands, then steps aside.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const here = fileURLToPath(import.meta.url)
/** @param {string} file */
const exists = (file) => existsSync(new URL(file, root))
/** A checkout runs its sources; Node refuses TypeScript below node_modules, so the package carries dist/. */
const isCheckout = exists('src/cli/main.ts') && !/[\\/]node_modules[\\/]/.test(here)
const oldNode = Number(process.versions.node.split('.')[0]) < 24

if (isCheckout && !exists('node_modules')) await import('../scripts/ensure-installed.js')

const newerNode = fileURLToPath(new URL('node_modules/node/bin/node', root))
if (oldNode && isCheckout && existsSync(newerNode)) {
  const { status, error } = spawnSync(newerNode, [here, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (error) process.stderr.write(`kontobro: ${error.message}\n`)
  process.exitCode = status ?? 1
} else {
  // A reader such as `head` that has seen enough is no error.
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const { main } = await import(isCheckout ? '../src/cli/main.ts' : '../dist/cli/main.js')
  process.exitCode = await main(process.argv.slice(2))
}
