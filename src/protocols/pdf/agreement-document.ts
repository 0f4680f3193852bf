import {
  type Fact,
  headingBlock,
  type Party,
  pageMarks,
  partiesBlock,
  ruleBlock,
  sectionBlock,
  summaryBlock,
  tableBlock,
  titleBlock,
} from './agreement-blocks.ts'
import { type AgreementText, bokmal1, english1, type Names } from './agreement-text.ts'
import { openSheet } from './sheet.ts'

export type AgreementLanguage = 'nb' | 'en'

export type AgreementFacts = {
  readonly language: AgreementLanguage
  /** Which wording, of `agreementVersions`; the newest when left out. */
  readonly templateVersion?: number
  readonly agreementId: string
  /** Day of the document, YYYY-MM-DD. */
  readonly date: string
  readonly company: { readonly name: string; readonly organisationNumber: string }
  /** Who runs this gateway: the other party. */
  readonly operator?: { readonly name: string; readonly organisationNumber?: string }
  readonly accountingSystem?: { readonly name: string }
  readonly signers: readonly { readonly name: string }[]
  /** Annex: banks, and who the data passes through on the way; nobody for a direct route. */
  readonly banks: readonly { readonly name: string; readonly processors: readonly string[] }[]
  /** Annex: what each processor does. */
  readonly processors?: readonly { readonly name: string; readonly purpose: string }[]
}

const templates: Record<number, Record<AgreementLanguage, (names: Names) => AgreementText>> = {
  1: { nb: bokmal1, en: english1 },
}

/** Wordings that can be printed; the newest is for new agreements. */
export const agreementVersions: readonly number[] = Object.keys(templates).map(Number)
const newestAgreementVersion = 1

/** Names as they are printed: composed letters, single spaces, no line breaks. */
const tidy = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim()

const grouped = (organisationNumber: string) =>
  organisationNumber.replace(/^(\d{3})(\d{3})(\d{3})$/, '$1\u00a0$2\u00a0$3')

function spokenDate(date: string, locale: string): string {
  const at = new Date(`${date}T00:00:00Z`)
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(at)
}

function partiesOf(facts: AgreementFacts, { labels }: AgreementText): Party[] {
  const numbered = (organisationNumber: string | undefined) =>
    organisationNumber ? `${labels.organisationNumber} ${grouped(organisationNumber)}` : ''
  const { company, operator } = facts
  return [
    { role: labels.company, name: tidy(company.name), detail: numbered(company.organisationNumber) },
    {
      role: labels.operator,
      name: operator ? tidy(operator.name) : labels.operatorUnnamed,
      detail: numbered(operator?.organisationNumber),
    },
  ]
}

/**
 * The agreement that a company signs, as a tagged PDF (about two pages and the annex). Byte-identical for the
 * same facts, so that its SHA-256 stands for its words. Throws `RangeError` for an unknown version and
 * `UnprintableText` for a name with letters that the typeface lacks.
 */
export async function agreementPdf(facts: AgreementFacts): Promise<Uint8Array> {
  const { templateVersion = newestAgreementVersion, language } = facts
  const template = templates[templateVersion]?.[language]
  if (!template) throw new RangeError(`no agreement template ${templateVersion} (${language})`)
  const text = template({
    company: tidy(facts.company.name),
    operator: facts.operator && tidy(facts.operator.name),
    accountingSystem: facts.accountingSystem && tidy(facts.accountingSystem.name),
  })
  const { labels, annex } = text
  const identity: Fact[] = [
    { label: labels.date, value: spokenDate(facts.date, text.locale) },
    { label: labels.version, value: String(templateVersion) },
    { label: labels.agreementId, value: facts.agreementId },
  ]
  const sheet = openSheet({
    title: `${text.title}: ${tidy(facts.company.name)}`,
    author: facts.operator ? tidy(facts.operator.name) : 'Kontobro',
    locale: text.locale,
    date: new Date(`${facts.date}T00:00:00Z`),
  })

  titleBlock(sheet, text, identity)
  partiesBlock(sheet, partiesOf(facts, text))
  summaryBlock(sheet, text.inShort)
  for (const [index, section] of text.sections.entries()) sectionBlock(sheet, index + 1, section)

  ruleBlock(sheet, 4, 18)
  headingBlock(sheet, text.signing.heading, text.signing.text, 90 + 26 * facts.signers.length)
  const signers = facts.signers.map(({ name }) => [tidy(name), text.signing.signedWith] as const)
  tableBlock(sheet, [text.signing.signer, text.signing.signature], signers)

  headingBlock(sheet, annex.heading, annex.text, 150)
  const banks = facts.banks.map(
    ({ name, processors }) => [tidy(name), processors.map(tidy).join(', ') || annex.direct] as const,
  )
  tableBlock(sheet, [annex.bank, annex.processors], banks)
  const processors = (facts.processors ?? []).map(({ name, purpose }) => [tidy(name), tidy(purpose)] as const)
  if (processors.length > 0) tableBlock(sheet, [annex.processor, annex.purpose], processors)

  pageMarks(sheet, `${text.title} · ${facts.agreementId}`, labels.page)
  return await sheet.finish()
}
