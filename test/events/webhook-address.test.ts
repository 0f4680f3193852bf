import { describe, expect, it } from 'vitest'
import { AddressRefused, isPublicAddress, pinAddress } from '../../src/events/webhook-address.ts'

const url = (text: string) => new URL(text)
const resolves = (...addresses: string[]) => ({
  allowPrivate: false,
  resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
})

describe('addresses of webhook receivers', () => {
  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.168.1.1', '198.18.0.1', '192.0.2.1', '224.0.0.1', '255.255.255.255'],
    ...['::', '::1', 'fe80::1', 'fe80::1%lo', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1'],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '64:ff9b::a00:1'],
    ...['2002:7f00:1::', '2001::1', '::7f00:1', 'not an address', ''],
  ])('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2a00:1450:400f:80d::200e', '2606:4700::1111'])(
    'takes %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  it.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://0x7f.1/',
    'https://2130706433/',
  ])('refuses %s however it is written', async (text) => {
    await expect(pinAddress(url(text), { allowPrivate: false })).rejects.toThrow(AddressRefused)
  })

  it('refuses a name with one private address among its addresses', async () => {
    const options = resolves('93.184.215.14', '10.0.0.1')
    await expect(pinAddress(url('https://eksempel.test'), options)).rejects.toThrow(AddressRefused)
  })

  it('pins the first address', async () => {
    const pinned = await pinAddress(url('https://eksempel.test'), resolves('93.184.215.14', '8.8.8.8'))
    expect(pinned).toEqual({ address: '93.184.215.14', family: 4 })
  })

  it('refuses a name without addresses', async () => {
    await expect(pinAddress(url('https://eksempel.test'), resolves())).rejects.toThrow(AddressRefused)
  })
})
