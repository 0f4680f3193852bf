import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { auditSigner } from './audit/head.ts'
import { type Config, ConfigError, readPem } from './config.ts'
import { type Institution, parseInstitutions } from './connectors/institutions.ts'
import { createRegistry } from './connectors/registry.ts'
import { openDb } from './db.ts'
import { type Clock, systemClock } from './domain/clock.ts'
import { bankCalls } from './http/bank-calls.ts'
import { createLogger } from './http/logging.ts'
import type { HttpPorts } from './http/ports.ts'
import { routes } from './http/routes/index.ts'
import { buildHttp } from './http/server.ts'
import { jobs } from './jobs/index.ts'
import { startRelay, startSealer } from './jobs/loops.ts'
import { smtpMailer } from './jobs/message-send/mailer.ts'
import type { JobPorts } from './jobs/ports.ts'
import { startWorker } from './jobs/runtime.ts'
import { startSweeper } from './jobs/sweep.ts'
import { bankIdClient } from './protocols/bankid/client.ts'
import { registerClient } from './protocols/brreg/client.ts'
import { readCertificate, requireRoles } from './protocols/eidas/certificate.ts'
import { esignClient } from './protocols/esign/client.ts'
import { fileClock } from './test-clock.ts'
import { createVault } from './vault.ts'
import { formTargets, pages } from './web/index.ts'

export type GatewayPorts = JobPorts & HttpPorts & { readonly config: Config }

/** The wired gateway. Nothing runs until one of its parts is started. */
export type Gateway = {
  readonly ports: GatewayPorts
  /** The API and the hosted pages, not yet listening. */
  buildApi(): Promise<FastifyInstance>
  /** Workers, relay, sealer and sweeper. */
  startWork(): Promise<{ stop(): Promise<void> }>
  close(): Promise<void>
}

export type GatewayOptions = {
  readonly config: Config
  /** The app role's database. */
  readonly databaseUrl: string
  readonly publicUrl: string
  readonly log?: Logger
}

function needed(config: Config, name: keyof Config): string {
  const value = config[name]
  if (typeof value !== 'string') throw new ConfigError(`${name} is not set`)
  return value
}

/** The machine's time, or the sandbox's that a file moves. */
export function clockOf(config: Config): Clock {
  return config.TEST_CLOCK_FILE ? fileClock(config.TEST_CLOCK_FILE) : systemClock
}

/** Wires the rooms to the outside world that the configuration names. */
export function createGateway(options: GatewayOptions): Gateway {
  const { config } = options
  const log = options.log ?? createLogger({ level: config.LOG_LEVEL })
  const clock = clockOf(config)
  const sandbox = config.KONTOBRO_KIND === 'sandbox'
  const vault = createVault({
    keyEncryptionKey: Buffer.from(config.KEY_ENCRYPTION_KEY, 'base64'),
    indexKey: Buffer.from(config.INDEX_KEY, 'base64'),
  })
  const institutions = config.INSTITUTIONS_FILE
    ? parseInstitutions(readFileSync(config.INSTITUTIONS_FILE, 'utf8'))
    : []
  const db = openDb({ url: options.databaseUrl, poolSize: config.DATABASE_POOL, clock })
  const calls = bankCalls(log)
  const trust = bankTrust(config, institutions)
  const registry = createRegistry(institutions, { clock, trust, log: calls.tell })
  const mailer = smtpMailer({ url: needed(config, 'SMTP_URL'), from: config.MAIL_FROM })
  const ports: GatewayPorts = {
    config,
    db,
    clock,
    vault,
    log,
    kind: config.KONTOBRO_KIND,
    publicUrl: options.publicUrl,
    registry,
    bankCalls: calls.register,
    operator: {
      name: config.OPERATOR_NAME,
      ...(config.OPERATOR_ORGANISATION_NUMBER
        ? { organisationNumber: config.OPERATOR_ORGANISATION_NUMBER }
        : {}),
    },
    mailer,
    allowPrivateWebhooks: config.WEBHOOK_ALLOW_PRIVATE,
    bankId: bankIdClient({
      issuer: needed(config, 'BANKID_ISSUER'),
      clientId: config.BANKID_CLIENT_ID,
      privateKeyPem: readPem(needed(config, 'BANKID_CLIENT_KEY')),
      redirectUri: `${options.publicUrl}/bankid/callback`,
      allowInsecure: sandbox,
    }),
    signing: esignClient({
      baseUrl: needed(config, 'ESIGN_URL'),
      clientId: needed(config, 'ESIGN_CLIENT_ID'),
      clientSecret: needed(config, 'ESIGN_CLIENT_SECRET'),
    }),
    signingRoots: [readPem(needed(config, 'ESIGN_ROOTS'))],
    register: registerClient({ baseUrl: config.REGISTER_URL }),
  }
  return {
    ports,
    buildApi: () => buildApi(ports),
    startWork: () => startWork(ports, options.databaseUrl),
    async close() {
      mailer.close()
      await registry.close()
      await db.close()
    },
  }
}

/** The client certificate for direct routes; refused at start when it lacks a role. Without direct banks none is needed. */
function bankTrust(config: Config, institutions: readonly Institution[]) {
  // Without direct banks there is nobody to show a certificate to.
  if (institutions.length === 0) return null
  const cert = readPem(needed(config, 'QWAC_CERT'))
  requireRoles(readCertificate(cert), ['PSP_AI', 'PSP_PI'])
  const ca = config.BANK_CA ? readPem(config.BANK_CA) : rootCertificates.join('\n')
  return { cert, key: readPem(needed(config, 'QWAC_KEY')), ca }
}

function buildApi(ports: GatewayPorts): Promise<FastifyInstance> {
  const { config } = ports
  const cookieSecret = createHmac('sha256', Buffer.from(config.INDEX_KEY, 'base64'))
    .update('cookies')
    .digest('hex')
  const others = [needed(config, 'BANKID_ISSUER'), needed(config, 'ESIGN_URL')].map(
    (url) => new URL(url).origin,
  )
  const options = { ports, cookieSecret, formTargets: formTargets(ports, others) }
  return buildHttp(ports, {
    routes,
    ...(config.TRUST_PROXY === undefined ? {} : { trustProxy: config.TRUST_PROXY }),
    pages: (app) => pages(app, options),
  })
}

async function startWork(ports: GatewayPorts, databaseUrl: string): Promise<{ stop(): Promise<void> }> {
  const { QUEUE_URL: queueUrl, DATABASE_POOL: connections } = ports.config
  const worker = await startWorker(ports, { queueUrl, databaseUrl, jobs, connections })
  const relay = startRelay(ports, { onFed: () => worker.nudge() })
  const sealer = startSealer(ports, { signer: auditSigner(readPem(ports.config.AUDIT_KEY)) })
  const sweeper = startSweeper(ports)
  return {
    async stop() {
      await Promise.all([relay.stop(), sealer.stop(), sweeper.stop(), worker.stop()])
    },
  }
}
