import { parseArgs } from 'node:util'
import { startSandbox } from './start.ts'

/** `node sandbox/main.ts [--data-dir DIR] [--port N] [--fresh]`: prints its urls as one JSON line when ready. */
const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: '.kontobro/sandbox' },
    port: { type: 'string' },
    fresh: { type: 'boolean', default: false },
  },
})

const sandbox = await startSandbox({
  dataDir: values['data-dir'],
  fresh: values.fresh,
  ...(values.port ? { port: Number(values.port) } : {}),
})
process.stdout.write(`${JSON.stringify(sandbox.urls)}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)))
}
