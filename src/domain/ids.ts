import { randomBytes, randomFillSync } from 'node:crypto'

/** Prefixes of public ids (DESIGN 6): what a thing is can be read off its id. */
export const prefixes = {
  client: 'cli',
  apiKey: 'key',
  company: 'cmp',
  user: 'usr',
  agreement: 'agr',
  signer: 'sgn',
  signature: 'sig',
  reviewCase: 'rev',
  consent: 'con',
  connection: 'cnx',
  account: 'acc',
  access: 'acs',
  transaction: 'txn',
  detail: 'det',
  statement: 'sta',
  balance: 'bal',
  file: 'fil',
  payment: 'pay',
  approval: 'apr',
  attempt: 'att',
  batch: 'bat',
  openItem: 'itm',
  match: 'mat',
  event: 'evt',
  webhook: 'whk',
  delivery: 'whd',
  job: 'job',
  audit: 'aud',
  link: 'lnk',
  session: 'ses',
  login: 'lgn',
  key: 'dek',
  archive: 'arc',
  message: 'msg',
  due: 'due',
  change: 'chg',
  ruling: 'rul',
  gap: 'gap',
  call: 'cal',
  twin: 'twn',
} as const
export type IdKind = keyof typeof prefixes

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** The bytes as one number, its digits to the base of 32; the first digit is what is left. */
function base32(bytes: Uint8Array): string {
  let [text, waiting, bits] = ['', 0, 0]
  for (let i = bytes.length - 1; i >= 0; i--) {
    waiting |= (bytes[i] ?? 0) << bits
    bits += 8
    for (; bits >= 5; bits -= 5) {
      text = alphabet[waiting & 31] + text
      waiting >>= 5
    }
  }
  return bits > 0 ? alphabet[waiting] + text : text
}

const randomLength = 10
/** Random bytes are asked for in bulk: a call for each id takes longer than all the rest of it. */
const pool = { bytes: Buffer.alloc(randomLength * 400), used: randomLength * 400 }

function takeRandom(into: Buffer, at: number): void {
  if (pool.used === pool.bytes.length) {
    randomFillSync(pool.bytes)
    pool.used = 0
  }
  pool.bytes.copy(into, at, pool.used, pool.used + randomLength)
  // An id that was given stands nowhere else in memory.
  pool.bytes.fill(0, pool.used, pool.used + randomLength)
  pool.used += randomLength
}

/**
 * A new id: prefix, 48 bits of time, 80 random bits. Ids sort by creation, and cannot be guessed (a clash on a
 * primary key would tell one client of another's row).
 */
export function newId(kind: IdKind, at: Date): string {
  const bytes = Buffer.alloc(6 + randomLength)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  takeRandom(bytes, 6)
  return `${prefixes[kind]}_${base32(bytes)}`
}

/** A secret for links, keys and sessions: 192 random bits, safe in a URL. Only its hash is stored. */
export function newSecret(): string {
  return randomBytes(24).toString('base64url')
}
