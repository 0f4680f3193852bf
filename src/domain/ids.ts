import { randomBytes } from 'node:crypto'

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

function base32(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let i = Math.ceil((bytes.length * 8) / 5); i > 0; i--) {
    text = alphabet[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return text
}

/**
 * A new id: prefix, 48 bits of time, 80 random bits. Ids sort by creation, and cannot be guessed (a clash on a
 * primary key would tell one client of another's row).
 */
export function newId(kind: IdKind, at: Date): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  randomBytes(10).copy(bytes, 6)
  return `${prefixes[kind]}_${base32(bytes)}`
}

/** A secret for links, keys and sessions: 192 random bits, safe in a URL. Only its hash is stored. */
export function newSecret(): string {
  return randomBytes(24).toString('base64url')
}
