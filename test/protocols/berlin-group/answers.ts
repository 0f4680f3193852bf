import { BankRefusal } from '../../../src/protocols/berlin-group/errors.ts'
import type { BankAnswer } from '../../../src/protocols/berlin-group/wire.ts'

export const clock = { now: () => new Date('2026-03-10T12:00:00Z') }

/** A bank's answer as tests write it: an object becomes JSON, text stays text. */
export function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): BankAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    status,
    headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers },
    body: new TextEncoder().encode(text),
    url: 'https://bank.test/v1/asked',
  }
}

export const tpp = (code: string, text?: string, category = 'ERROR') => ({
  tppMessages: [{ category, code, ...(text && { text }) }],
})

/** What `work` was refused with. */
export function refusal(work: () => unknown) {
  try {
    work()
  } catch (error) {
    if (error instanceof BankRefusal) return error.refusal
    throw error
  }
  throw new Error('it was not refused')
}
