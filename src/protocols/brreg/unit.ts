import type { WireRoles, WireUnit } from './wire.ts'

/** What keeps a unit from entering an agreement. */
export type UnitProblem = 'unknown' | 'deleted' | 'bankrupt' | 'liquidation' | 'forced_liquidation'

export type RegisteredUnit = {
  readonly organisationNumber: string
  readonly name: string
  /** Organisation form, e.g. `AS`. */
  readonly form: string | null
  /** YYYY-MM-DD */
  readonly registeredOn: string | null
  readonly problems: readonly UnitProblem[]
}

export type RegisterPerson = { readonly name: string /** YYYY-MM-DD */; readonly birthdate: string }
export type RegisterRole = RegisterPerson & { readonly code: string }

type Troubles = Pick<WireUnit, 'konkurs' | 'underAvvikling' | 'underTvangsavviklingEllerTvangsopplosning'>

function troublesOf(unit: Troubles): UnitProblem[] {
  const problems: UnitProblem[] = []
  if (unit.konkurs) problems.push('bankrupt')
  if (unit.underAvvikling) problems.push('liquidation')
  if (unit.underTvangsavviklingEllerTvangsopplosning) problems.push('forced_liquidation')
  return problems
}

/** A unit as the register knows it. A deleted one may also be answered like a living one, with its date. */
export function processUnit(unit: WireUnit): RegisteredUnit {
  return {
    organisationNumber: unit.organisasjonsnummer,
    name: unit.navn,
    form: unit.organisasjonsform?.kode ?? null,
    registeredOn: unit.registreringsdatoEnhetsregisteret ?? null,
    problems: [...(unit.slettedato ? (['deleted'] as const) : []), ...troublesOf(unit)],
  }
}

/** Roles that living people hold now. Roles held by other units (auditor, accountant) are left out. */
export function processRoles(answer: WireRoles): RegisterRole[] {
  const found: RegisterRole[] = []
  for (const { roller } of answer.rollegrupper) {
    for (const { type, person, fratraadt } of roller) {
      if (!person?.fodselsdato || person.erDoed || fratraadt) continue
      const { fornavn, mellomnavn, etternavn } = person.navn
      const name = [fornavn, mellomnavn, etternavn].filter(Boolean).join(' ')
      if (name) found.push({ code: type.kode, name, birthdate: person.fodselsdato })
    }
  }
  return found
}
