import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Service } from '../../sandbox/context.ts'
import { startRegister } from '../../sandbox/register/server.ts'
import { organisationNumbers } from '../../sandbox/world.ts'
import { idsContext } from './ids-context.ts'

const context = idsContext()
let service: Service
beforeAll(async () => {
  service = await startRegister(context)
})
afterAll(async () => {
  await service.close()
  await context.forget()
})

const unit = (organisationNumber: string) => `/enhetsregisteret/api/enheter/${organisationNumber}`
const authority = (organisationNumber: string, kind: 'signatur' | 'prokura') =>
  `/fullmakt/enheter/${organisationNumber}/${kind}`
async function get(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${service.url}${path}`)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('a company has its name, form and standing', async () => {
  const { status, body } = await get(unit(organisationNumbers.demo))
  expect(status).toBe(200)
  expect(body).toMatchObject({
    organisasjonsnummer: organisationNumbers.demo,
    navn: 'EKSEMPELVERKSTEDET AS',
    organisasjonsform: { kode: 'AS' },
    konkurs: false,
    _links: { self: { href: `${service.url}${unit(organisationNumbers.demo)}` } },
  })
})

test('a bankrupt company says so, as a boolean and in the authority service as a text', async () => {
  expect((await get(unit(organisationNumbers.bankrupt))).body.konkurs).toBe(true)
  const { body } = await get(authority(organisationNumbers.bankrupt, 'signatur'))
  expect(body).toMatchObject({ enhet: { konkurs: 'true' } })
})

test('roles stand in their groups with birth dates as YYYY-MM-DD', async () => {
  const { body } = await get(`${unit(organisationNumbers.twoSigners)}/roller`)
  expect(body.rollegrupper).toMatchObject([
    { type: { kode: 'DAGL' }, roller: [{ type: { kode: 'DAGL' }, person: { fodselsdato: '1966-05-04' } }] },
    { type: { kode: 'STYR' }, roller: [{ type: { kode: 'LEDE' } }, { type: { kode: 'MEDL' } }, {}] },
  ])
})

test('a manager who signs alone is one combination of one person', async () => {
  const { body } = await get(authority(organisationNumbers.demo, 'signatur'))
  const kari = context.world.person('kari')
  expect(body).toMatchObject({
    status: { rutineStatus: { kode: 'OK' }, kombinasjonStatus: { kode: 'OK' }, regelStatus: { kode: 'RF' } },
    signeringsKombinasjon: {
      kombinasjon: [
        { personRolleKombinasjon: [{ fodselsdato: '15.04.1980', navn: kari.name, rolle: { kode: 'DAGL' } }] },
      ],
    },
  })
})

test('two who sign together are combinations of two persons, each with its own id', async () => {
  const { body } = await get(authority(organisationNumbers.twoSigners, 'signatur'))
  const { kombinasjon } = body.signeringsKombinasjon as {
    kombinasjon: { kombinasjonsId: string; personRolleKombinasjon: unknown[] }[]
  }
  expect(kombinasjon.map((set) => set.personRolleKombinasjon.length)).toEqual([2, 2, 2])
  expect(new Set(kombinasjon.map((set) => set.kombinasjonsId)).size).toBe(3)
})

test('a rule that is free text only has its text and no combination', async () => {
  const { body } = await get(authority(organisationNumbers.freeText, 'signatur'))
  expect(body).toMatchObject({
    status: { kombinasjonStatus: { kode: 'IK' }, regelStatus: { kode: 'RI', regelIdent: null } },
    signeringsGrunnlag: {
      signaturProkuraRoller: { signaturProkuraFritekst: expect.stringContaining('§ 7') },
    },
  })
  expect(body).not.toHaveProperty('signeringsKombinasjon')
})

test('a company without prokura answers that none is registered', async () => {
  const { status, body } = await get(authority(organisationNumbers.demo, 'prokura'))
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: { kombinasjonStatus: { kode: 'IK' } } })
  expect(body).not.toHaveProperty('signeringsGrunnlag')
})

test.for([
  ['an unknown company', '999999999', 404],
  ['a deleted company', organisationNumbers.deleted, 410],
  ['what is no organisation number', '12345', 400],
] as const)('%s is answered by its status on every path', async ([, number, status]) => {
  const paths = [
    unit(number),
    `${unit(number)}/roller`,
    authority(number, 'signatur'),
    authority(number, 'prokura'),
  ]
  for (const path of paths) expect((await get(path)).status).toBe(status)
})

const reference = new URL('../../../shared/reference/brreg/', import.meta.url)
const reason = 'register samples (shared/reference/brreg beside the project) are not here'

/** Field paths of an answer with the type of their value; list items share one path. */
function shapeOf(value: unknown, path = ''): Map<string, string> {
  if (Array.isArray(value)) return new Map(value.flatMap((item) => [...shapeOf(item, `${path}[]`)]))
  if (typeof value !== 'object' || value === null) return new Map([[path, typeof value]])
  return new Map(Object.entries(value).flatMap(([key, item]) => [...shapeOf(item, `${path}.${key}`)]))
}

describe.skipIf(!existsSync(reference))(`the shape of the public register (skipped when ${reason})`, () => {
  test.for([
    ['enhet.json', unit(organisationNumbers.demo)],
    ['roller.json', `${unit(organisationNumbers.twoSigners)}/roller`],
    ['fullmakt-signatur.json', authority(organisationNumbers.twoSigners, 'signatur')],
    ['fullmakt-prokura-not-machine-readable.json', authority(organisationNumbers.demo, 'prokura')],
  ] as const)('%s has every field that we answer, of the same type', async ([file, path]) => {
    const wanted = shapeOf(JSON.parse(readFileSync(new URL(file, reference), 'utf8')))
    const given = shapeOf((await get(path)).body)
    for (const [field, type] of given) expect([field, wanted.get(field)]).toEqual([field, type])
  })
})
if (!existsSync(reference)) process.stderr.write(`skipped: ${reason}\n`)
