import { z } from 'zod'

/** Of an https address; plain http only on this machine (the sandbox's pages). */
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'has to be an origin such as https://bank.example',
  )
  .refine((text) => text.startsWith('https://') || isLoopback(text), 'has to be https')

const baseUrl = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'has to be an https address')
  .refine((text) => !/[?#]|\/\/[^/]*@/.test(text), 'has no query, fragment or user name')
  .transform((text) => text.replace(/\/+$/, ''))
  .refine((text) => !text.endsWith('/v1'), 'ends before /v1')

function isLoopback(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return (
    protocol === 'http:' &&
    (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname))
  )
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** What a plain NextGenPSD2 bank needs said about it. The defaults are the cautious ones. */
export const berlinGroupSchema = z.strictObject({
  type: z.literal('berlin-group'),
  /** The address in front of `/v1`. */
  baseUrl,
  /** Origins to which the bank may send a person's browser. */
  scaOrigins: z.array(origin).min(1),
  products: z
    .strictObject({
      domestic: z
        .string()
        .regex(/^[a-z0-9-]+$/)
        .nullable(),
    })
    .default({ domestic: 'norwegian-domestic-credit-transfers' }),
  /** How the bank takes a KID (see `protocols/berlin-group/payments.ts`). */
  kidStyle: z.enum(['array', 'single']).default('array'),
  /** `booked` where the bank does not know `both`. */
  bookingStatus: z.enum(['booked', 'both']).default('both'),
  /** Asks for balances along with transactions. */
  withBalance: z.boolean().default(false),
  /** How far back a read may begin without the PSU. */
  historyDays: z.int().positive().max(36_500).default(90),
  /** The same while the PSU is present. Null: not known, so no more is asked for. */
  historyDaysPresent: z.int().positive().max(36_500).nullable().default(null),
  consentDaysMax: z.int().positive().max(180).default(180),
  /** Reads of each endpoint of an account without the PSU. */
  unattendedReadsPerDay: z.int().positive().default(4),
  /** Whether the bank counts them in any 24 hours, or in calendar days of its zone. */
  readWindow: z.enum(['rolling_24h', 'calendar_day']).default('rolling_24h'),
  timeZone: z.string().refine(isTimeZone, 'has to be a time zone such as Europe/Oslo').default('Europe/Oslo'),
  idStability: z.enum(['permanent', 'unstable']).default('unstable'),
  multipleConsents: z.boolean().default(false),
  replaySafe: z.boolean().default(false),
  /** Every order is confirmed on the bank's page that we lead to, without exemption; else a lost order may be paid twice. */
  scaAlways: z.boolean().default(false),
  statesClosingBalances: z.boolean().default(false),
})

/** Who handles data on the way to a bank, by name: for the agreement's list of processors. */
const processors = z.array(z.string().min(1)).default([])
const connector = z.discriminatedUnion('type', [berlinGroupSchema])

/** The route that a bank is reached by where nothing else is said. */
export const mainRoute = 'main'
const routeName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,30}$/)
  .refine((name) => name !== mainRoute, 'is the name of the route in `connector`')

export const institutionSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  name: z.string().min(1).max(140),
  bic: z
    .string()
    .regex(/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/)
    .nullable()
    .default(null),
  /** First four digits of the bank's account numbers. */
  bbanPrefixes: z.array(z.string().regex(/^\d{4}$/)).default([]),
  processors,
  /** How it is reached: the route `main`. */
  connector,
  /** Other ways to the same bank, by name: for reading beside the main one, or instead of it. */
  otherRoutes: z.record(routeName, z.strictObject({ processors, connector })).default({}),
})

/** One bank that can be chosen, and the row that tells how it is reached. */
export type Institution = z.output<typeof institutionSchema>

/** The operator's file (`INSTITUTIONS_FILE`): a JSON array of institutions, ids unique. */
export const institutionsSchema = z.array(institutionSchema).superRefine((rows, context) => {
  const seen = new Set<string>()
  for (const [i, { id }] of rows.entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: [i, 'id'], message: `"${id}" is there twice` })
    seen.add(id)
  }
})

/**
 * Reads the text of the operator's file.
 * @throws Error that names the row and field that is wrong
 */
export function parseInstitutions(json: string): Institution[] {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new Error('the institutions file is not JSON')
  }
  const parsed = institutionsSchema.safeParse(value)
  if (!parsed.success) throw new Error(`the institutions file is wrong:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}
