import { readFileSync } from 'node:fs'
import { z } from 'zod'

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
const url = z.url()
/** PEM text itself, or the path of a file that holds it. */
const pemOrPath = z.string().min(1)

/** Everything that the environment may say. This file is the only reader of `process.env`. */
const schema = z.object({
  NODE_ENV: z.string().default('development'),
  /** `sandbox` accepts loopback http, a test clock and private webhook addresses; a database is one or the other for life. */
  KONTOBRO_KIND: z.enum(['sandbox', 'live']).optional(),
  KONTOBRO_DATA_DIR: z.string().default('.kontobro'),
  /** The app role's database. Unset: an embedded PostgreSQL under the data directory (not in production). */
  DATABASE_URL: z.string().optional(),
  /** The owner's, for `migrate` only. */
  DATABASE_OWNER_URL: z.string().optional(),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(24),
  /** `redis://…`; unset: BullMQ's PostgreSQL backend on the same database. */
  QUEUE_URL: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** Who runs this gateway: the other party of every agreement. */
  OPERATOR_NAME: z.string().min(1),
  OPERATOR_ORGANISATION_NUMBER: z
    .string()
    .regex(/^\d{9}$/)
    .optional(),
  /**
   * Reverse proxies of one's own, whose X-Forwarded-For is believed: how many there are in a row, or their addresses
   * (`10.0.0.5, 10.1.0.0/16`). Unset: nobody's, since a visitor can write that header too.
   */
  TRUST_PROXY: z
    .string()
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : text))
    .optional(),
  /** Where people and bank redirects reach this server. */
  PUBLIC_URL: url.optional(),
  /** 32 bytes in base64: wraps every data key. */
  KEY_ENCRYPTION_KEY: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length === 32, '32 bytes in base64'),
  /** 32 bytes in base64: keyed hashes of national numbers, account numbers and secrets. */
  INDEX_KEY: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, '32 bytes in base64'),
  /** Ed25519 private key (PEM or path) that signs the heads of the audit chain. */
  AUDIT_KEY: pemOrPath,
  INSTITUTIONS_FILE: z.string().optional(),
  BANK_CA: pemOrPath.optional(),
  QWAC_CERT: pemOrPath.optional(),
  QWAC_KEY: pemOrPath.optional(),
  BANKID_ISSUER: url.optional(),
  BANKID_CLIENT_ID: z.string().default('kontobro'),
  BANKID_CLIENT_KEY: pemOrPath.optional(),
  ESIGN_URL: url.optional(),
  ESIGN_CLIENT_ID: z.string().optional(),
  ESIGN_CLIENT_SECRET: z.string().optional(),
  ESIGN_ROOTS: pemOrPath.optional(),
  REGISTER_URL: url.default('https://data.brreg.no'),
  SMTP_URL: z.string().optional(),
  MAIL_FROM: z.string().default('Kontobro <kontobro@localhost>'),
  /** Sandbox only: a file `{"offsetMs": n}` that moves the clock. */
  TEST_CLOCK_FILE: z.string().optional(),
  WEBHOOK_ALLOW_PRIVATE: flag,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})
export type Config = Omit<z.infer<typeof schema>, 'KONTOBRO_KIND'> & {
  readonly KONTOBRO_KIND: 'sandbox' | 'live'
}

export class ConfigError extends Error {}

/** Settings that are good by themselves, but not together. */
function refuseMixtures(config: Config, kindWasSaid: boolean): void {
  const production = config.NODE_ENV === 'production'
  // A forgotten variable must not make a sandbox of what real people use.
  if (production && !kindWasSaid) throw new ConfigError('KONTOBRO_KIND is required in production')
  if (production && !config.DATABASE_URL) throw new ConfigError('DATABASE_URL is required in production')
  if (config.KONTOBRO_KIND !== 'live') return
  if (config.TEST_CLOCK_FILE) throw new ConfigError('TEST_CLOCK_FILE is for a sandbox only')
  if (config.WEBHOOK_ALLOW_PRIVATE) throw new ConfigError('WEBHOOK_ALLOW_PRIVATE is for a sandbox only')
  if (!config.PUBLIC_URL?.startsWith('https://'))
    throw new ConfigError('PUBLIC_URL has to be https where KONTOBRO_KIND is live')
}

/** The text of a PEM setting: itself, or the file it names. */
export function readPem(setting: string): string {
  return setting.includes('-----BEGIN') ? setting : readFileSync(setting, 'utf8')
}

/**
 * Reads and checks the configuration.
 * @throws ConfigError naming each variable that is wrong, and why.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const result = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')))
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(`The configuration is not complete:\n${lines.join('\n')}`)
  }
  const config = { ...result.data, KONTOBRO_KIND: result.data.KONTOBRO_KIND ?? ('sandbox' as const) }
  refuseMixtures(config, result.data.KONTOBRO_KIND !== undefined)
  return config
}
