import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url))

/** Addresses of the sandbox, as it prints them. */
export type SandboxUrls = {
  readonly control: string
  readonly bank: string
  readonly bank2: string
  readonly bankPages: string
  readonly bank2Platform: string
  readonly bank2Pages: string
  readonly bankid: string
  readonly esign: string
  readonly register: string
  readonly mailbox: string
  readonly smtp: { readonly host: string; readonly port: number }
  readonly clockFile: string
  readonly pki: Readonly<Record<'ca' | 'personCa' | 'qwacCert' | 'qwacKey' | 'bankidClientKey', string>>
}

type Secrets = { readonly KEY_ENCRYPTION_KEY: string; readonly INDEX_KEY: string; readonly AUDIT_KEY: string }

/** The gateway's own secrets: made once per data directory, since what they sealed is lost without them. */
function keepSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  const secrets: Secrets = {
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    INDEX_KEY: randomBytes(32).toString('base64'),
    AUDIT_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

/** The two sandbox banks, as an operator would describe them (sandbox/README.md says how they differ). */
export function writeInstitutions(dataDir: string, urls: SandboxUrls): string {
  const file = join(dataDir, 'institutions.json')
  const institutions = [
    {
      id: 'fjordbanken',
      name: 'Fjordbanken (sandkasse)',
      bic: 'FJBANOT1XXX',
      bbanPrefixes: ['9901'],
      connector: {
        type: 'berlin-group',
        baseUrl: urls.bank,
        scaOrigins: [urls.bankPages],
        idStability: 'permanent',
        replaySafe: true,
        scaAlways: true,
        statesClosingBalances: true,
      },
    },
    {
      id: 'tindebanken',
      name: 'Tindebanken (sandkasse)',
      bic: 'TINDNOT1XXX',
      bbanPrefixes: ['9911'],
      connector: {
        type: 'berlin-group',
        baseUrl: urls.bank2,
        scaOrigins: [urls.bank2Pages],
        kidStyle: 'single',
        multipleConsents: true,
      },
      otherRoutes: {
        platform: {
          processors: ['Fellesplattformen (sandkasse)'],
          connector: {
            type: 'berlin-group',
            baseUrl: urls.bank2Platform,
            scaOrigins: [urls.bank2Pages],
            kidStyle: 'single',
            multipleConsents: true,
          },
        },
      },
    },
  ]
  writeFileSync(file, `${JSON.stringify(institutions, null, 2)}\n`)
  return file
}

export type GatewayPlace = {
  readonly dataDir: string
  readonly port: number
  readonly publicUrl: string
  readonly database: { readonly appUrl: string; readonly ownerUrl: string | undefined }
  readonly queueUrl: string | undefined
}

/** What of our own environment the processes get: enough to run, nothing that would configure them by chance. */
export function plainEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot']
  const own = kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  // Halves the time that a process needs to load.
  return { ...Object.fromEntries(own), NODE_COMPILE_CACHE: compileCache }
}

/** What every command of the gateway needs, `migrate` too. */
export function baseEnvironment(dataDir: string): Record<string, string> {
  return {
    ...plainEnvironment(),
    ...keepSecrets(dataDir),
    KONTOBRO_KIND: 'sandbox',
    KONTOBRO_DATA_DIR: dataDir,
    OPERATOR_NAME: 'Sandkassens kontobro',
  }
}

/** The environment of a gateway process, as an operator would set it. */
export function gatewayEnvironment(place: GatewayPlace, urls: SandboxUrls): Record<string, string> {
  return {
    ...baseEnvironment(place.dataDir),
    DATABASE_URL: place.database.appUrl,
    ...(place.queueUrl ? { QUEUE_URL: place.queueUrl } : {}),
    HOST: '127.0.0.1',
    PORT: String(place.port),
    PUBLIC_URL: place.publicUrl,
    INSTITUTIONS_FILE: writeInstitutions(place.dataDir, urls),
    BANK_CA: urls.pki.ca,
    QWAC_CERT: urls.pki.qwacCert,
    QWAC_KEY: urls.pki.qwacKey,
    BANKID_ISSUER: urls.bankid,
    BANKID_CLIENT_KEY: urls.pki.bankidClientKey,
    ESIGN_URL: urls.esign,
    ESIGN_CLIENT_ID: 'kontobro',
    ESIGN_CLIENT_SECRET: 'sandbox-esign-secret',
    ESIGN_ROOTS: urls.pki.personCa,
    REGISTER_URL: urls.register,
    SMTP_URL: `smtp://${urls.smtp.host}:${urls.smtp.port}`,
    TEST_CLOCK_FILE: urls.clockFile,
    WEBHOOK_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'info',
  }
}

/** The same environment as a file, for commands of one's own beside it: `node --env-file=.kontobro/gateway.env …`. */
export function writeEnvironment(dataDir: string, environment: Readonly<Record<string, string>>): void {
  const own = Object.entries(environment).filter(([name]) => !(name in plainEnvironment()))
  const lines = own.map(([name, value]) => `${name}="${value.trim()}"\n`)
  writeFileSync(join(dataDir, 'gateway.env'), lines.join(''), { mode: 0o600 })
}
