import { createHash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { agreementPdf, agreementVersions } from '../../../src/protocols/pdf/agreement-document.ts'
import { UnprintableText } from '../../../src/protocols/pdf/sheet.ts'
import { pdfText } from './pdf-text.ts'
import { facts } from './signed-sample.ts'

// Keys and typefaces take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
/** Words as read, lines joined. */
const words = async (given: Parameters<typeof agreementPdf>[0]) => pdfText(await agreementPdf(given))

describe('the agreement document', () => {
  test('is the same bytes for the same facts, and others for others', async () => {
    const first = sha256(await agreementPdf(facts))
    expect(sha256(await agreementPdf({ ...facts }))).toBe(first)
    expect(sha256(await agreementPdf({ ...facts, date: '2026-03-03' }))).not.toBe(first)
    expect(sha256(await agreementPdf({ ...facts, agreementId: 'agr_2' }))).not.toBe(first)
  })

  test('is tagged, says its language and title, and embeds its typeface', async () => {
    const raw = Buffer.from(await agreementPdf(facts)).toString('latin1')
    expect(raw).toMatch(/\/Marked true/)
    expect(raw).toMatch(/\/Lang \(nb-NO\)/)
    expect(raw).toMatch(/\/DisplayDocTitle true/)
    for (const type of ['H1', 'H2', 'L', 'LI', 'Table', 'TR', 'TH', 'TD'])
      expect(raw).toMatch(`/S /${type}\n`)
    const fonts = [...raw.matchAll(/\/BaseFont \/([A-Z]{6}\+\w+)/g)].map((match) => match[1])
    expect(new Set(fonts.map((name) => name?.slice(7).split('-')[0]))).toEqual(new Set(['Inter']))
    expect(raw).toMatch(/\/FontFile2 /)
  })

  test('names the parties, the signers, the banks and the processors', async () => {
    const text = await words(facts)
    for (const expected of [
      'Bankavtale',
      'Eksempelverkstedet AS',
      'Org.nr. 312 345 676',
      'Testdrift AS',
      'Kari Bøe Eksempel',
      'Ola Prøve',
      'Fjordbanken',
      'Tindebanken',
      'Testhub AS',
      'Formidler kontoinformasjon og betalinger',
      '2. mars 2026',
      'agr_01k9z3v8h2e4b7m5q6t9w1x3y5',
      'høyst 180 dager',
      'Samtykket er personlig, bank for bank',
    ]) {
      expect(text).toContain(expected)
    }
  })

  test('says the same in English', async () => {
    const text = await words({ ...facts, language: 'en' })
    for (const expected of [
      'Bank agreement',
      '2 March 2026',
      'Consent is personal, bank by bank',
      '180 days',
    ]) {
      expect(text).toContain(expected)
    }
  })

  test('does without names for operator and accounting system', async () => {
    const { operator, accountingSystem, processors, ...bare } = facts
    expect([operator, accountingSystem, processors]).not.toContain(undefined)
    const text = await words(bare)
    expect(text).toContain('den som driver tjenesten Kontobro')
    expect(text).not.toContain('undefined')
  })

  test('prints names as they are, Sami and Polish letters too, on one line', async () => {
    const text = await words({
      ...facts,
      signers: [{ name: 'Áhkká Čáppa Đurđević' }, { name: ' Łucja\n  Prøve ' }],
      company: { ...facts.company, name: 'Ku\u0308hn & Søn AS' },
    })
    // The letters of one name come from two font files, so that the extraction puts blanks between them.
    const letters = text.replaceAll(' ', '')
    expect(letters).toContain('ÁhkkáČáppaĐurđević')
    expect(letters).toContain('ŁucjaPrøve')
    expect(text).toContain('Kühn & Søn AS')
  })

  test('does not print a name with a hole in it', async () => {
    for (const name of ['Бюро AS', 'Bank 🏦 AS', 'A\u202eSA AS', 'A\u0007S']) {
      await expect(agreementPdf({ ...facts, company: { ...facts.company, name } })).rejects.toThrow(
        UnprintableText,
      )
    }
  })

  test('goes on over as many pages as the annex needs', async () => {
    const banks = Array.from({ length: 95 }, (_, index) => ({
      name: `Testbank ${index}`,
      processors: ['Testhub AS'],
    }))
    const text = await words({ ...facts, banks })
    for (const { name } of banks) expect(text).toContain(name)
    const pages = /Side 1 av (\d+)/.exec(text)?.[1]
    expect(Number(pages)).toBeGreaterThan(4)
    expect(text).toContain(`Side ${pages} av ${pages}`)
  })

  test('knows its versions', async () => {
    expect(agreementVersions).toEqual([1])
    await expect(agreementPdf({ ...facts, templateVersion: 99 })).rejects.toThrow(RangeError)
  })
})
