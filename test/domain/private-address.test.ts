import { expect, test } from 'vitest'
import { isPrivateAddress } from '../../src/domain/private-address.ts'

test.each([
  '10.25.25.52',
  '127.0.0.1',
  '172.31.255.255',
  '192.168.1.4',
  '100.64.0.1',
  '169.254.1.1',
  '::1',
  'fd00::1',
  'fe80::1',
  '::ffff:10.0.0.1',
  '',
  'localhost',
])('%s means something in one network only', (address) => {
  expect(isPrivateAddress(address)).toBe(true)
})

test.each(['192.0.2.10', '172.32.0.1', '100.128.0.1', '8.8.8.8', '2001:4860:4860::8888', '::ffff:8.8.8.8'])(
  '%s does not',
  (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  },
)
