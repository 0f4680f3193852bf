import { expect, test } from 'vitest'
import { account, amount, day, organisation } from '../../src/web/format.ts'
import { words } from '../../src/web/words.ts'
import { samplePages } from './samples.ts'

const languages = ['nb', 'en'] as const
const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&{{7*7}}`

test.each(languages)('whatever is written into a field stays text (%s)', (language) => {
  const texts = {
    company: attack,
    person: attack,
    creditor: attack,
    text: attack,
    bank: attack,
    reason: attack,
  }
  const clean = samplePages(language)
  const tags = (html: string) => [...html.matchAll(/<\/?[a-z][^>]*>/gi)].map(([tag]) => tag)
  for (const [name, html] of Object.entries(samplePages(language, texts))) {
    expect(html, name).not.toMatch(/<script|<img|onerror=alert\(1\)>/)
    expect(tags(html).length, name).toBe(tags(clean[name] ?? '').length)
  }
})

test.each(languages)(
  'every page says its language and title, fits a phone, and has one heading (%s)',
  (language) => {
    for (const [name, html] of Object.entries(samplePages(language))) {
      expect(html, name).toContain(`<html lang="${language}">`)
      expect(html, name).toContain('width=device-width')
      expect(html.match(/<h1>/g), name).toHaveLength(1)
      expect(/<title>(.+) – Kontobro<\/title>/.exec(html)?.[1], name).toBe(/<h1>(.+)<\/h1>/.exec(html)?.[1])
      expect(html, name).not.toMatch(/undefined|null|\[object|NaN/)
    }
  },
)

test('no page needs a script, a style of its own, or anything from elsewhere', () => {
  for (const [name, html] of Object.entries(samplePages('nb'))) {
    expect(html, name).not.toMatch(/<script|\sstyle=|<style|\son\w+=|javascript:|https?:\/\//)
  }
})

test('every form is posted, and carries the token against forged posts', () => {
  const forms = Object.values(samplePages('nb')).flatMap((html) => html.match(/<form[\s\S]*?<\/form>/g) ?? [])
  expect(forms.length).toBeGreaterThan(8)
  for (const form of forms) {
    expect(form).toContain('method="post"')
    expect(form).toContain('name="_csrf" value="csrf-token"')
  }
})

test('the approver sees every field that the bank acts on', () => {
  const { approve = '', 'approve-text': dated = '' } = samplePages('nb')
  for (const shown of [
    '12\u202f345,50\u00a0kr',
    'Leverandør Eksempel AS',
    '1503.20.80119',
    '2345676',
    '8601.11.17947',
  ]) {
    expect(approve).toContain(shown)
  }
  expect(approve).toContain('name="shown" value="hash"')
  expect(dated).toContain('1. februar 2026')
  expect(dated).toContain('Faktura 10042, januar')
})

test('both languages have the same words, none empty', () => {
  const flat = (value: object, path = ''): [string, string][] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'string' ? [[path + key, inner] as [string, string]] : flat(inner, `${path}${key}.`),
    )
  expect(flat(words.en).map(([key]) => key)).toEqual(flat(words.nb).map(([key]) => key))
  for (const [key, text] of [...flat(words.nb), ...flat(words.en)]) expect(text, key).not.toBe('')
})

test('numbers, days and accounts as people read them', () => {
  expect(amount(123_456_789n, 'NOK', 'nb')).toBe('1\u202f234\u202f567,89\u00a0kr')
  expect(amount(123_456_789n, 'NOK', 'en')).toBe('NOK\u00a01,234,567.89')
  expect(amount(5n, 'EUR', 'nb')).toBe('0,05\u00a0EUR')
  expect(amount(1500n, 'JPY', 'en')).toBe('JPY\u00a01,500')
  expect(day('2026-05-17', 'nb')).toBe('17. mai 2026')
  expect(day('2026-05-17', 'en')).toBe('17 May 2026')
  expect(account('NO9386011117947')).toBe('8601.11.17947')
  expect(account('DE89370400440532013000')).toBe('DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000')
  expect(organisation('312345676')).toBe('312\u00a0345\u00a0676')
})
