import { makeNationalNumber, makeOrganisationNumber } from './identifiers.ts'

/** A test person. Nobody: surnames are plain words for "made up", national numbers are synthetic (month + 80). */
export type Person = {
  id: string
  name: string
  givenName: string
  familyName: string
  /** YYYY-MM-DD */
  birthdate: string
  nationalNumber: string
  bankidAltsub: string
}

export type RoleCode = 'DAGL' | 'LEDE' | 'MEDL'
export type Role = { code: RoleCode; personId: string }

/** One sufficient set of signers, in the business register's terms. */
export type SigningCombination = { code: string; explanation: string; id: string; people: Role[] }

export type SigningRule = {
  /** Free text as registered. */
  text: string
  ruleId: string | null
  /** Empty when the register has only the free text. */
  combinations: SigningCombination[]
}

export type Company = {
  organisationNumber: string
  name: string
  form: 'AS'
  founded: string
  street: string
  postCode: string
  city: string
  municipalityNumber: string
  bankrupt: boolean
  /** Date of deletion from the register, if deleted. */
  deletedAt: string | null
  roles: Role[]
  signature: SigningRule
  prokura: SigningRule | null
}

export type World = {
  people: Person[]
  companies: Company[]
  /** Throws for an unknown id. */
  person: (id: string) => Person
  company: (organisationNumber: string) => Company | undefined
}

function person(
  id: string,
  givenName: string,
  familyName: string,
  birthdate: string,
  number: number,
): Person {
  return {
    id,
    name: `${givenName} ${familyName}`,
    givenName,
    familyName,
    birthdate,
    nationalNumber: makeNationalNumber(birthdate, 100 + number * 17),
    bankidAltsub: `9578-5999-4-${1_000_000 + number}`,
  }
}

const people: Person[] = [
  person('kari', 'Kari', 'Eksempel', '1980-04-15', 1),
  person('ola', 'Ola', 'Prøve', '1975-10-12', 2),
  person('anne', 'Anne', 'Attrapp', '1988-03-13', 3),
  person('jonas', 'Jonas', 'Testesen', '1966-05-04', 4),
  person('mette', 'Mette', 'Utprøving', '1991-11-30', 5),
  person('per', 'Per', 'Skisse', '1983-01-02', 6),
  person('liv', 'Liv', 'Øvelse', '1979-08-24', 7),
]

/** Organisation numbers of the test companies, all in the range that is kept for synthetic data (3…). */
export const organisationNumbers = {
  demo: makeOrganisationNumber(31_234_567),
  twoSigners: makeOrganisationNumber(31_311_200),
  freeText: makeOrganisationNumber(31_411_300),
  bankrupt: makeOrganisationNumber(31_511_400),
  deleted: makeOrganisationNumber(31_611_500),
  supplier: makeOrganisationNumber(31_711_600),
  /** The one that holds the gateway's certificates. */
  tpp: makeOrganisationNumber(31_811_700),
} as const

const manager = (personId: string): Role => ({ code: 'DAGL', personId })
const chair = (personId: string): Role => ({ code: 'LEDE', personId })
const member = (personId: string): Role => ({ code: 'MEDL', personId })

const alone = (role: Role): SigningCombination => ({
  code: 'R0013',
  explanation: 'Daglig leder alene',
  id: '1',
  people: [role],
})
const managerAlone = (role: Role): SigningRule => ({
  text: 'Daglig leder alene.',
  ruleId: 'R0013',
  combinations: [alone(role)],
})

type Named = Pick<Company, 'organisationNumber' | 'name' | 'roles' | 'signature'> & Partial<Company>

const company = (given: Named): Company => ({
  form: 'AS',
  founded: '2016-02-05',
  street: 'Testgata 44',
  postCode: '0150',
  city: 'OSLO',
  municipalityNumber: '0301',
  bankrupt: false,
  deletedAt: null,
  prokura: null,
  ...given,
})

const companies: Company[] = [
  company({
    organisationNumber: organisationNumbers.demo,
    name: 'EKSEMPELVERKSTEDET AS',
    roles: [manager('kari'), chair('ola')],
    signature: managerAlone(manager('kari')),
  }),
  company({
    organisationNumber: organisationNumbers.twoSigners,
    name: 'TOSPANN PRØVEDRIFT AS',
    street: 'Prøvesvingen 2',
    postCode: '5003',
    city: 'BERGEN',
    municipalityNumber: '4601',
    roles: [manager('jonas'), chair('anne'), member('jonas'), member('liv')],
    signature: {
      text: 'To styremedlemmer i fellesskap.',
      ruleId: 'R0011',
      combinations: [
        [chair('anne'), member('jonas')],
        [chair('anne'), member('liv')],
        [member('jonas'), member('liv')],
      ].map((set, index) => ({
        code: 'R0011',
        explanation: 'To styremedlemmer i fellesskap',
        id: String(index + 1),
        people: set,
      })),
    },
    prokura: managerAlone(manager('jonas')),
  }),
  company({
    organisationNumber: organisationNumbers.freeText,
    name: 'FRITEKST TESTHANDEL AS',
    roles: [manager('mette'), chair('liv')],
    signature: {
      text: 'Den styret gir fullmakt i hvert enkelt tilfelle, jf. vedtektenes § 7.',
      ruleId: null,
      combinations: [],
    },
  }),
  company({
    organisationNumber: organisationNumbers.bankrupt,
    name: 'KONKURSBO ATTRAPP AS',
    bankrupt: true,
    roles: [manager('ola'), chair('ola')],
    signature: managerAlone(manager('ola')),
  }),
  company({
    organisationNumber: organisationNumbers.deleted,
    name: 'SLETTET SKISSE AS',
    deletedAt: '2025-06-30',
    roles: [],
    signature: { text: '', ruleId: null, combinations: [] },
  }),
  company({
    organisationNumber: organisationNumbers.supplier,
    name: 'LEVERANDØR ATTRAPP AS',
    roles: [manager('liv'), chair('liv')],
    signature: managerAlone(manager('liv')),
  }),
]

/** The test world: who exists. Accounts and their history are laid out from it by seed.ts. */
export const world: World = {
  people,
  companies,
  person: (id) => {
    const found = people.find((candidate) => candidate.id === id)
    if (!found) throw new Error(`no test person ${id}`)
    return found
  },
  company: (organisationNumber) =>
    companies.find((candidate) => candidate.organisationNumber === organisationNumber),
}
