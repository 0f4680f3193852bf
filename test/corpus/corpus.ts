import { createReadStream, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { besideProject } from './beside.ts'

const { url: folder, missing } = besideProject('corpus/')

/** Whether the corpus of real files is there. */
export const corpusMissing = missing

export const corpusPath = (file: string): string => fileURLToPath(new URL(file, folder))

export const openCorpusFile = (file: string): AsyncIterable<Uint8Array> => createReadStream(corpusPath(file))

export type ExpectedStatement = {
  readonly id: string
  readonly account: string
  readonly accountKind: string
  readonly currency: string | null
  readonly openingBalance: string | null
  readonly openingType: string | null
  readonly closingBalance: string | null
  readonly closingType: string | null
  readonly entries: number
  readonly txDetails: number
  readonly credits: number
  readonly debits: number
  readonly sumCredits: string
  readonly sumDebits: string
  readonly reversals: number
  readonly status: Readonly<Record<string, number>>
  readonly balances: readonly { type: string; amount: string; currency: string; date: string | null }[]
  readonly structuredRefs: number
  readonly firstEndToEndIds: readonly string[]
  readonly firstStructuredRefs: readonly string[]
  readonly balanced?: boolean
}

export type Expected = {
  readonly version?: string
  readonly message?: string | null
  readonly encoding?: string
  readonly messageId?: string | null
  readonly parseError?: string
  readonly hasDoctype?: boolean
  readonly statements?: readonly ExpectedStatement[]
}

/** What a correct reader must find in the files of one folder, by file name with folder. */
export function expectedIn(name: string): readonly (readonly [string, Expected])[] {
  if (corpusMissing) return []
  const all = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, Expected>
  return Object.entries(all).filter(([file]) => file.startsWith(`${name}/`))
}

/** A decimal as a whole number of its last place and the count of places, so that 5 and 5.00 are equal. */
export function sameDecimal(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other
  const plain = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  return plain(one) === plain(other)
}
