import { sameName } from './names.ts'
import type { RegisterPerson } from './unit.ts'
import type { WireAuthority } from './wire.ts'

/** People who bind the company together. `code` is the register's rule (STYR, R0012 …). */
export type SigningSet = {
  readonly code: string
  readonly explanation: string
  readonly people: readonly RegisterPerson[]
}

/**
 * Who may sign for a company. `combinations`: any one set is enough. `free_text`: there is a rule that only a
 * person can read. `unreadable`: neither came out of the answer. The last two go to a person for decision.
 */
export type SigningRights =
  | { readonly kind: 'combinations'; readonly sets: readonly SigningSet[]; readonly text: string | null }
  | { readonly kind: 'free_text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: 'lookup_failed' | 'no_rule' | 'no_people' }

/** DD.MM.YYYY as the authority service writes it, or YYYY-MM-DD; undefined for anything else. */
function isoDate(text: string): string | undefined {
  const dotted = /^(\d{2})\.(\d{2})\.(\d{4})$/.exec(text)
  const iso = dotted ? `${dotted[3]}-${dotted[2]}-${dotted[1]}` : text
  return /^\d{4}-\d{2}-\d{2}$/.test(iso) && !Number.isNaN(Date.parse(iso)) ? iso : undefined
}

type WireSet = NonNullable<NonNullable<WireAuthority['signeringsKombinasjon']>['kombinasjon']>[number]

/**
 * The people of one set, each once even if they hold two roles in it. Undefined when one holder is no person
 * with a name and birth date: a set that can only be read in part must not look smaller than it is.
 */
function peopleOf(set: WireSet): RegisterPerson[] | undefined {
  const people = new Map<string, RegisterPerson>()
  for (const { fodselsdato, navn } of set.personRolleKombinasjon ?? []) {
    const birthdate = fodselsdato ? isoDate(fodselsdato) : undefined
    const name = navn?.trim()
    if (!birthdate || !name) return undefined
    people.set(`${birthdate} ${name}`, { name, birthdate })
  }
  return people.size > 0 ? [...people.values()] : undefined
}

/**
 * Reads `GET /fullmakt/enheter/{orgnr}/signatur` (or `/prokura`). Each pair of rule code and combination id
 * is one sufficient set.
 */
export function signingRights(answer: WireAuthority): SigningRights {
  const { status, signeringsGrunnlag, signeringsKombinasjon } = answer
  if (status.rutineStatus.kode !== 'OK') return { kind: 'unreadable', reason: 'lookup_failed' }
  const text = signeringsGrunnlag?.signaturProkuraRoller?.signaturProkuraFritekst?.trim() || null
  const combinations = signeringsKombinasjon?.kombinasjon ?? []
  if (status.kombinasjonStatus?.kode !== 'OK' || combinations.length === 0) {
    return text ? { kind: 'free_text', text } : { kind: 'unreadable', reason: 'no_rule' }
  }
  const sets: SigningSet[] = []
  for (const combination of mergedSets(combinations)) {
    const people = peopleOf(combination)
    if (people) sets.push({ code: combination.kode, explanation: combination.tekstforklaring ?? '', people })
  }
  if (sets.length > 0) return { kind: 'combinations', sets, text }
  return text ? { kind: 'free_text', text } : { kind: 'unreadable', reason: 'no_people' }
}

/** Rows of one (code, combination id) belong together, also where they are listed apart. */
function mergedSets(combinations: readonly WireSet[]): WireSet[] {
  const merged = new Map<string, WireSet>()
  for (const row of combinations) {
    const key = `${row.kode} ${row.kombinasjonsId}`
    const before = merged.get(key)?.personRolleKombinasjon ?? []
    merged.set(key, { ...row, personRolleKombinasjon: [...before, ...(row.personRolleKombinasjon ?? [])] })
  }
  return [...merged.values()]
}

/**
 * Whether people who signed are enough. `missing`: the people of the set that lacks fewest (empty when the
 * rights cannot be read). `sameBirthdate` points out signers who were born on the day of somebody missing but
 * whose names differ: for the person who decides, not for the machine.
 */
export type Sufficiency =
  | { readonly sufficient: true; readonly set: SigningSet }
  | {
      readonly sufficient: false
      readonly reason: 'signers_missing' | 'free_text' | 'unreadable'
      readonly missing: readonly RegisterPerson[]
      readonly sameBirthdate: readonly RegisterPerson[]
    }

const samePerson = (a: RegisterPerson, b: RegisterPerson) =>
  a.birthdate === b.birthdate && sameName(a.name, b.name)

/**
 * The people of `set` for whom no signer of their own is left. One signer counts for one person only, also
 * where two (twins with one name in common) look alike: an augmenting-path matching, sets are small.
 */
function missingFrom(set: SigningSet, signers: readonly RegisterPerson[]): RegisterPerson[] {
  const takenBy = new Map<number, number>()
  const place = (person: number, tried: Set<number>): boolean =>
    signers.some((signer, index) => {
      const wanted = set.people[person]
      if (!wanted || tried.has(index) || !samePerson(wanted, signer)) return false
      tried.add(index)
      const holder = takenBy.get(index)
      if (holder !== undefined && !place(holder, tried)) return false
      takenBy.set(index, person)
      return true
    })
  return set.people.filter((_, index) => !place(index, new Set()))
}

/** Whether `people` (who signed, or who are to sign) bind the company by its signing rights. Pure. */
export function whoSuffices(rights: SigningRights, people: readonly RegisterPerson[]): Sufficiency {
  if (rights.kind !== 'combinations') {
    return { sufficient: false, reason: rights.kind, missing: [], sameBirthdate: [] }
  }
  const judged = rights.sets.map((set) => ({ set, missing: missingFrom(set, people) }))
  const nearest = judged.toSorted((a, b) => a.missing.length - b.missing.length)[0]
  if (!nearest) return { sufficient: false, reason: 'unreadable', missing: [], sameBirthdate: [] }
  if (nearest.missing.length === 0) return { sufficient: true, set: nearest.set }
  const { missing } = nearest
  const sameBirthdate = people.filter((signer) =>
    missing.some((person) => person.birthdate === signer.birthdate && !sameName(person.name, signer.name)),
  )
  return { sufficient: false, reason: 'signers_missing', missing, sameBirthdate }
}
