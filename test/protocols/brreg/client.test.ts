import { describe, expect, test } from 'vitest'
import type { Fetch } from '../../../src/protocols/bounded-fetch.ts'
import { registerClient } from '../../../src/protocols/brreg/client.ts'

const unit = {
  organisasjonsnummer: '312345676',
  navn: 'EKSEMPEL REGNSKAP AS',
  organisasjonsform: { kode: 'AS' },
}

function register(answer: (path: string) => Response | Promise<Response>) {
  const paths: string[] = []
  const fetch: Fetch = async (url) => {
    const { pathname } = new URL(url)
    paths.push(pathname)
    return answer(pathname)
  }
  return { paths, client: registerClient({ baseUrl: 'https://register.test', fetch, deadlineMs: 100 }) }
}

describe('a unit', () => {
  test.each([
    [{}, []],
    [{ konkurs: true }, ['bankrupt']],
    [{ konkurs: 'true' }, ['bankrupt']],
    [{ konkurs: false, underAvvikling: true }, ['liquidation']],
    [{ underTvangsavviklingEllerTvangsopplosning: true }, ['forced_liquidation']],
    [{ slettedato: '2025-06-30' }, ['deleted']],
  ])('with %j has the problems %j', async (more, problems) => {
    const { client } = register(() => Response.json({ ...unit, ...more }))
    const { value } = await client.unit('312345676')
    expect(value).toMatchObject({ name: 'EKSEMPEL REGNSKAP AS', form: 'AS', problems })
  })
  test('that nobody knows, or that is deleted, is an answer', async () => {
    const unknown = register(() => new Response(null, { status: 404 })).client
    expect((await unknown.unit('312345676')).value.problems).toEqual(['unknown'])
    const deleted = register(() => Response.json({ navn: 'X AS' }, { status: 410 })).client
    expect((await deleted.unit('312345676')).value).toMatchObject({ name: 'X AS', problems: ['deleted'] })
    const bare = register(() => new Response('', { status: 410 })).client
    expect((await bare.unit('312345676')).value).toMatchObject({ name: '', problems: ['deleted'] })
    expect((await bare.roles('312345676')).value).toEqual([])
    expect((await bare.signature('312345676')).value.kind).toBe('unreadable')
  })
  test('comes with the answer byte for byte, for the evidence', async () => {
    const text = JSON.stringify({ ...unit, ekstra: 'Blåbær' }, null, 3)
    const { client, paths } = register(() => new Response(text))
    expect(Buffer.from((await client.unit('312345676')).raw).toString()).toBe(text)
    expect(paths).toEqual(['/enhetsregisteret/api/enheter/312345676'])
  })
})

test('roles are those of living people who hold them now', async () => {
  const navn = { fornavn: 'Anne', mellomnavn: 'Lise', etternavn: 'Prøve' }
  const person = { fodselsdato: '1977-03-05', navn, erDoed: false }
  const role = (more: object) => ({ type: { kode: 'MEDL' }, person, fratraadt: false, ...more })
  const roller = [
    role({}),
    role({ fratraadt: true }),
    role({ person: { ...person, erDoed: true } }),
    role({ person: undefined, enhet: { organisasjonsnummer: '999999999' } }),
  ]
  const { client } = register(() => Response.json({ rollegrupper: [{ type: { kode: 'STYR' }, roller }] }))
  expect((await client.roles('312345676')).value).toEqual([
    { code: 'MEDL', name: 'Anne Lise Prøve', birthdate: '1977-03-05' },
  ])
})

describe('an answer that cannot be used is a failure, never a finding', () => {
  test.each<[string, string, () => Response | Promise<Response>]>([
    ['unavailable', 'trouble there', () => new Response('', { status: 503 })],
    ['unavailable', 'too many calls', () => new Response('', { status: 429 })],
    ['unavailable', 'no connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['malformed', 'a page instead of JSON', () => new Response('<html>')],
    ['malformed', 'another shape', () => Response.json({ navn: 5 })],
    ['malformed', 'another unit', () => Response.json({ ...unit, organisasjonsnummer: '999999999' })],
    ['malformed', 'a redirect', () => new Response(null, { status: 302, headers: { location: '/x' } })],
    ['malformed', 'too much', () => new Response(Buffer.alloc(5 * 1024 * 1024, 32))],
    ['rejected', 'a number that is none', () => Response.json({}, { status: 400 })],
  ])('%s: %s', async (kind, _what, answer) => {
    const { client } = register(answer)
    await expect(client.unit('312345676')).rejects.toMatchObject({ name: 'ServiceFailure', kind })
  })
  test('unavailable: silence', async () => {
    const fetch: Fetch = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const client = registerClient({ baseUrl: 'https://register.test', fetch, deadlineMs: 40 })
    await expect(client.signature('312345676')).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
