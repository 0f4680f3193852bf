import { simpleParser } from 'mailparser'
import type { Mail } from '../state.ts'

const linkPattern = /https?:\/\/[^\s<>"'()[\]]+/g
const hrefPattern = /\bhref\s*=\s*"(https?:\/\/[^"]+)"/gi

/** The web links of a mail in the order they stand there, each once. Text first, then what only its HTML has. */
export function linksOf(text: string, markup: string): string[] {
  const inText = [...text.matchAll(linkPattern)].map(([link]) => link.replace(/[.,;:!?]+$/, ''))
  const inMarkup = [...markup.matchAll(hrefPattern)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'))
  return [...new Set([...inText, ...inMarkup])]
}

/** Reads a raw message (RFC 5322). `to` are the recipients of the envelope. */
export async function readMail(raw: Buffer, envelope: { id: string; to: string[]; at: Date }): Promise<Mail> {
  const parsed = await simpleParser(raw)
  const text = parsed.text ?? ''
  return {
    id: envelope.id,
    from: parsed.from?.text ?? '',
    to: envelope.to.join(', '),
    subject: parsed.subject ?? '',
    text,
    links: linksOf(text, parsed.html || ''),
    at: envelope.at.toISOString(),
  }
}
