import { readOptions, refuse } from './stack/options.ts'
import { untilAsked } from './stack/signals.ts'
import { startStack } from './stack.ts'

// npm run dev [-- --port N --fresh]: the sandbox and a gateway on it, until Ctrl-C. The first line on standard output
// says where everything is. Data lie in .kontobro/ or KONTOBRO_DATA_DIR and are there again next time.
const help = `npm run dev [-- OPTIONS]
  --port N   of the API and the pages; otherwise the one of last time, or any
  --fresh    forget everything and begin anew
  --help     this

Data lie in .kontobro/, or where KONTOBRO_DATA_DIR says. Further commands run in the same environment with
node --env-file=.kontobro/gateway.env bin/kontobro.js COMMAND
`
const values = readOptions({
  port: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
})
if (values.help) {
  process.stdout.write(help)
  process.exit(0)
}
const port = values.port === undefined ? undefined : Number(values.port)
if (port !== undefined && !(port > 0 && port < 65_536)) refuse(`--port: ${values.port} is not a port`)

const { DATABASE_URL, DATABASE_OWNER_URL, QUEUE_URL } = process.env
const asked = untilAsked()
const stack = await startStack({
  dataDir: process.env.KONTOBRO_DATA_DIR || '.kontobro',
  fresh: values.fresh,
  ...(port === undefined ? {} : { port }),
  ...(DATABASE_URL && DATABASE_OWNER_URL
    ? { database: { appUrl: DATABASE_URL, ownerUrl: DATABASE_OWNER_URL } }
    : {}),
  ...(QUEUE_URL ? { queueUrl: QUEUE_URL } : {}),
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})

const { control, bank, bankid, register, bank2, esign, mailbox } = stack.sandbox
const ready = {
  ready: true,
  api: stack.api,
  apiKey: stack.apiKey,
  pages: stack.api,
  sandbox: { control, bank, bankid, register, bank2, esign, mailbox },
}
process.stdout.write(`${JSON.stringify(ready)}\n`)
await asked
await stack.stop()
process.exit(0)
