import { describe, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { parseInstitutions } from '../../src/connectors/institutions.ts'
import { createRegistry } from '../../src/connectors/registry.ts'

const row = {
  id: 'eksempelbanken',
  name: 'Eksempelbanken',
  bic: 'EKSMNOKK',
  bbanPrefixes: ['1503'],
  connector: {
    type: 'berlin-group',
    baseUrl: 'https://api.bank.test/',
    scaOrigins: ['https://sca.bank.test'],
  },
}
const parse = (...rows: unknown[]) => parseInstitutions(JSON.stringify(rows))
const withConnector = (part: object) => ({ ...row, connector: { ...row.connector, ...part } })

describe('the operator’s file of banks', () => {
  test('needs an address and origins; everything else has a cautious default', () => {
    expect(parse(row)).toEqual([
      {
        ...row,
        processors: [],
        otherRoutes: {},
        connector: {
          type: 'berlin-group',
          baseUrl: 'https://api.bank.test',
          scaOrigins: ['https://sca.bank.test'],
          products: { domestic: 'norwegian-domestic-credit-transfers' },
          kidStyle: 'array',
          bookingStatus: 'both',
          withBalance: false,
          historyDays: 90,
          historyDaysPresent: null,
          consentDaysMax: 180,
          unattendedReadsPerDay: 4,
          readWindow: 'rolling_24h',
          timeZone: 'Europe/Oslo',
          idStability: 'unstable',
          multipleConsents: false,
          replaySafe: false,
          scaAlways: false,
          statesClosingBalances: false,
        },
      },
    ])
  })

  test.each([
    ['plain http', withConnector({ baseUrl: 'http://api.bank.test' }), 'https'],
    ['an address that ends in /v1', withConnector({ baseUrl: 'https://api.bank.test/v1' }), '/v1'],
    ['a user name in the address', withConnector({ baseUrl: 'https://a@bank.test' }), 'user name'],
    [
      'a page where an origin belongs',
      withConnector({ scaOrigins: ['https://sca.bank.test/login'] }),
      'origin',
    ],
    ['SCA over plain http', withConnector({ scaOrigins: ['http://sca.bank.test'] }), 'https'],
    ['no SCA origin', withConnector({ scaOrigins: [] }), 'scaOrigins'],
    ['a field nobody knows', withConnector({ historyDay: 90 }), 'historyDay'],
    ['an unknown connector', withConnector({ type: 'fax' }), 'type'],
    ['a consent longer than the law', withConnector({ consentDaysMax: 181 }), 'consentDaysMax'],
    ['a wrong BIC', { ...row, bic: 'bank' }, 'bic'],
    ['an id with blanks', { ...row, id: 'Eksempel Banken' }, 'id'],
  ])('with %s is refused, naming what is wrong', (_, wrong, named) => {
    expect(() => parse(wrong)).toThrow(named)
  })

  test('with one id twice, or without being JSON, is refused', () => {
    expect(() => parse(row, row)).toThrow('"eksempelbanken" is there twice')
    expect(() => parseInstitutions('[')).toThrow('not JSON')
  })

  test('may name plain http on this machine for SCA pages', () => {
    expect(
      parse(withConnector({ scaOrigins: ['http://127.0.0.1:3000', 'http://localhost:1'] })),
    ).toHaveLength(1)
  })
})

describe('the registry', () => {
  const ports = { clock: { now: () => new Date(0) }, trust: { ca: '', cert: '', key: '' } }

  test('knows the other routes to a bank', async () => {
    const hub = { processors: ['Hub AS'], connector: { ...row.connector, baseUrl: 'https://hub.test' } }
    const registry = createRegistry(parse({ ...row, otherRoutes: { hub } }), ports)
    expect(registry.routesOf('eksempelbanken')).toEqual(['main', 'hub'])
    expect(registry.connectorFor('eksempelbanken', 'hub').manifest.origins).toEqual(['https://hub.test'])
    expect(() => registry.connectorFor('eksempelbanken', 'other')).toThrow(ConnectorFailure)
    expect(() => parse({ ...row, otherRoutes: { main: hub } })).toThrow('otherRoutes')
    await registry.close()
  })

  test('gives each bank its connector, always the same, with what the row says', async () => {
    const registry = createRegistry(
      parse(row, { ...row, id: 'annen', connector: { ...row.connector, replaySafe: true } }),
      ports,
    )
    const connector = registry.connectorFor('eksempelbanken')
    expect(registry.connectorFor('eksempelbanken')).toBe(connector)
    expect(connector.manifest).toMatchObject({
      institutions: ['eksempelbanken'],
      origins: ['https://api.bank.test'],
      scaOrigins: ['https://sca.bank.test'],
      replaySafe: false,
      approval: 'psd2_sca',
    })
    expect(registry.connectorFor('annen').manifest.replaySafe).toBe(true)
    expect(registry.institutions().map((i) => i.id)).toEqual(['eksempelbanken', 'annen'])
    expect(registry.institution('annen')?.name).toBe('Eksempelbanken')
    await registry.close()
  })

  test('needs a client certificate as soon as there is a bank, and none before', async () => {
    expect(() => createRegistry(parse(row), { ...ports, trust: null })).toThrow('need a client certificate')
    await createRegistry([], { ...ports, trust: null }).close()
  })

  test('knows no other bank', () => {
    const registry = createRegistry([], ports)
    expect(() => registry.connectorFor('ukjent')).toThrow(ConnectorFailure)
    expect(registry.institution('ukjent')).toBeUndefined()
  })
})
