import type { Company, Person, Role, RoleCode, SigningCombination, SigningRule, World } from '../world.ts'

/** Origin of the register and of the same company's address in it, for `_links`. */
export type AnswerContext = { world: World; origin: string; now: Date }

const unitsPath = '/enhetsregisteret/api/enheter'
const self = (href: string) => ({ self: { href } })
const unitUrl = (at: AnswerContext, company: Company) =>
  `${at.origin}${unitsPath}/${company.organisationNumber}`

const roleTexts: Record<RoleCode, { unitRegister: string; authority: string }> = {
  DAGL: { unitRegister: 'Daglig leder', authority: 'Daglig leder/administrerende direktør' },
  LEDE: { unitRegister: 'Styrets leder', authority: 'Styrets leder' },
  MEDL: { unitRegister: 'Styremedlem', authority: 'Styremedlem' },
}

const organisationForm = (at: AnswerContext, company: Company) => ({
  kode: company.form,
  beskrivelse: 'Aksjeselskap',
  _links: self(`${at.origin}/enhetsregisteret/api/organisasjonsformer/${company.form}`),
})

function address(company: Company) {
  return {
    land: 'Norge',
    landkode: 'NO',
    postnummer: company.postCode,
    poststed: company.city,
    adresse: [company.street],
    kommune: company.city,
    kommunenummer: company.municipalityNumber,
  }
}

/** `GET /enhetsregisteret/api/enheter/{orgnr}` of a registered company. */
export function unitAnswer(at: AnswerContext, company: Company) {
  return {
    organisasjonsnummer: company.organisationNumber,
    navn: company.name,
    organisasjonsform: organisationForm(at, company),
    postadresse: address(company),
    registreringsdatoEnhetsregisteret: company.founded,
    registrertIMvaregisteret: true,
    naeringskode1: { kode: '69.201', beskrivelse: 'Regnskap og bokføring' },
    antallAnsatte: 6,
    harRegistrertAntallAnsatte: true,
    forretningsadresse: address(company),
    stiftelsesdato: company.founded,
    institusjonellSektorkode: { kode: '2100', beskrivelse: 'Private aksjeselskaper mv.' },
    registrertIForetaksregisteret: true,
    registrertIStiftelsesregisteret: false,
    registrertIFrivillighetsregisteret: false,
    konkurs: company.bankrupt,
    underAvvikling: false,
    underTvangsavviklingEllerTvangsopplosning: false,
    maalform: 'Bokmål',
    _links: self(unitUrl(at, company)),
  }
}

/** What is left of a deleted company; the register sends it with status 410. */
export function deletedUnitAnswer(at: AnswerContext, company: Company) {
  return {
    organisasjonsnummer: company.organisationNumber,
    navn: company.name,
    organisasjonsform: organisationForm(at, company),
    slettedato: company.deletedAt,
    _links: self(unitUrl(at, company)),
  }
}

function roleEntry(at: AnswerContext, role: Role, order: number) {
  const person = at.world.person(role.personId)
  return {
    type: {
      kode: role.code,
      beskrivelse: roleTexts[role.code].unitRegister,
      _links: self(`${at.origin}/enhetsregisteret/api/roller/rolletyper/${role.code}`),
    },
    person: {
      fodselsdato: person.birthdate,
      navn: { fornavn: person.givenName, etternavn: person.familyName },
      erDoed: false,
    },
    fratraadt: false,
    rekkefolge: order,
  }
}

function roleGroup(
  at: AnswerContext,
  company: Company,
  group: { code: string; text: string; roles: Role[] },
) {
  return {
    type: {
      kode: group.code,
      beskrivelse: group.text,
      _links: self(`${at.origin}/enhetsregisteret/api/roller/rollegruppetyper/${group.code}`),
    },
    sistEndret: company.founded,
    roller: group.roles.map((role, order) => roleEntry(at, role, order)),
  }
}

/** `GET /enhetsregisteret/api/enheter/{orgnr}/roller`: the manager's group and the board's. */
export function rolesAnswer(at: AnswerContext, company: Company) {
  const groups = [
    { code: 'DAGL', text: 'Daglig leder', roles: company.roles.filter((role) => role.code === 'DAGL') },
    { code: 'STYR', text: 'Styre', roles: company.roles.filter((role) => role.code !== 'DAGL') },
  ]
  return {
    rollegrupper: groups
      .filter((group) => group.roles.length > 0)
      .map((group) => roleGroup(at, company, group)),
    _links: {
      ...self(`${unitUrl(at, company)}/roller`),
      enhet: { href: unitUrl(at, company) },
    },
  }
}

/** The authority service writes birth dates as DD.MM.YYYY. */
const dottedDate = (date: string) => date.split('-').reverse().join('.')

/** Local time without a zone, as the service writes it. */
const localTime = (at: Date) => at.toLocaleString('sv-SE', { timeZone: 'Europe/Oslo' }).replace(' ', 'T')

function roleBasis(person: Person, code: RoleCode) {
  return {
    fodselsdato: dottedDate(person.birthdate),
    navn: person.name,
    rolle: { kode: code, tekstforklaring: roleTexts[code].authority },
  }
}

const combinationAnswer = (at: AnswerContext, combination: SigningCombination) => ({
  kode: combination.code,
  tekstforklaring: combination.explanation,
  kombinasjonsId: combination.id,
  personRolleKombinasjon: combination.people.map((role) =>
    roleBasis(at.world.person(role.personId), role.code),
  ),
})

function status(rule: SigningRule | null) {
  const machineReadable = rule !== null && rule.combinations.length > 0
  return {
    rutineStatus: { kode: 'OK', tekstforklaring: 'Maskinelt oppslag utført uten feil.' },
    kombinasjonStatus: machineReadable
      ? { kode: 'OK', tekstforklaring: 'Kombinasjon finnes.' }
      : { kode: 'IK', tekstforklaring: 'Kombinasjon kan ikke hentes eller finnes ikke.' },
    regelStatus: machineReadable
      ? { kode: 'RF', tekstforklaring: 'Regel funnet.', regelIdent: rule.ruleId }
      : { kode: 'RI', tekstforklaring: 'Regel er ikke registrert eller standardisert.', regelIdent: null },
  }
}

function signingBasis(at: AnswerContext, company: Company, rule: SigningRule) {
  return {
    kode: 'SF',
    tekstforklaring: 'Signeringsgrunnlag finnes',
    signaturProkuraRoller: { signaturProkuraFritekst: rule.text },
    muligeSigneringsRoller: {
      personRolleGrunnlag: company.roles.map((role) => roleBasis(at.world.person(role.personId), role.code)),
    },
  }
}

/**
 * `GET /fullmakt/enheter/{orgnr}/signatur` and `/prokura`. A rule that is free text only has its text but no
 * combinations; a company without the rule has neither. Booleans are strings in this service.
 */
export function authorityAnswer(
  at: AnswerContext,
  company: Company,
  kind: 'signatur' | 'prokura',
  id: number,
) {
  const rule = kind === 'signatur' ? company.signature : company.prokura
  return {
    oppslagsData: { oppslagsTidspunkt: localTime(at.now), oppslagsIdent: String(id) },
    status: status(rule),
    enhet: {
      organisasjonsnummer: company.organisationNumber,
      navn: company.name,
      organisasjonsform: organisationForm(at, company),
      konkurs: String(company.bankrupt),
      underAvvikling: 'false',
      underTvangsavviklingEllerTvangsopplosning: 'false',
      _links: self(unitUrl(at, company)),
    },
    ...(rule && { signeringsGrunnlag: signingBasis(at, company, rule) }),
    ...(rule &&
      rule.combinations.length > 0 && {
        signeringsKombinasjon: {
          kombinasjon: rule.combinations.map((combination) => combinationAnswer(at, combination)),
        },
      }),
    _links: self(`${at.origin}/fullmakt/enheter/${company.organisationNumber}/${kind}`),
  }
}
