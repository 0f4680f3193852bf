/**
 * Bytes of UTF-8 as XML 1.0 sees them. The scanner works on bytes, each one character of a string, and decodes only
 * what it hands out: markup is ASCII in every encoding that comes here.
 */
export const byte = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  exclamation: 0x21,
  quote: 0x22,
  ampersand: 0x26,
  apostrophe: 0x27,
  slash: 0x2f,
  less: 0x3c,
  equals: 0x3d,
  greater: 0x3e,
  question: 0x3f,
  bracket: 0x5d,
} as const

/** What a byte of a text may be, as bits; 0 is a character that means nothing but itself. */
export const kind = {
  lineFeed: 1,
  /** Part of a character beyond ASCII. */
  wide: 2,
  /** Begins a reference. */
  reference: 4,
  carriageReturn: 8,
  /** Where a closer look is due: `<`, `]`, what may begin U+FFFE, and what is no character at all. */
  stop: 16,
} as const

/** Kinds of the bytes of character data (XML 1.0, 2.2 and 2.4). */
export const textKinds: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code === byte.lineFeed) return kind.lineFeed
  if (code === byte.carriageReturn) return kind.carriageReturn
  if (code === byte.ampersand) return kind.reference
  if (code === byte.less || code === byte.bracket) return kind.stop
  if (code < 0x20 && code !== byte.tab) return kind.stop
  if (code === 0xef) return kind.wide | kind.stop
  return code >= 0x80 ? kind.wide : 0
})

const ascii = (pattern: RegExp): Readonly<Uint8Array> =>
  Uint8Array.from({ length: 256 }, (_, code) =>
    code >= 0x80 || pattern.test(String.fromCharCode(code)) ? 1 : 0,
  )
/** 1 for bytes that may begin a name or stand in it; those beyond ASCII are looked at when the name is whole. */
export const nameStarts = ascii(/[A-Za-z_:]/)
export const nameBytes = ascii(/[A-Za-z0-9_:.-]/)

const start =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}'
const namePattern = new RegExp(
  `^[:${start}][:${start}.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}-]*$`,
  'u',
)

/** Whether a decoded text is a name (XML 1.0, 2.3). */
export const isName = (text: string): boolean => namePattern.test(text)

/** Whether a number is the code point of a character that XML allows (2.2). */
export function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}

/** Finds bytes of a character that XML does not allow: controls, U+FFFE, U+FFFF. */
export const disallowed = /[^\t\n\r -\xff]|\xef\xbf[\xbe\xbf]/

export const isBlank = (code: number): boolean =>
  code === byte.space || code === byte.lineFeed || code === byte.tab || code === byte.carriageReturn

/** The characters that bytes of UTF-8 stand for. They are known to be valid. */
export const decodeBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')
