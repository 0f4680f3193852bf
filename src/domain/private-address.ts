import { BlockList, isIP } from 'node:net'

/** Networks that mean something in one place only: RFC 1918, 6598, 3927 and 1122. Documentation ranges are none. */
export const privateNetworks4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
]
// RFC 4193 and 4291.
const networks6: readonly (readonly [string, number])[] = [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
]

const networks = new BlockList()
for (const [network, bits] of privateNetworks4) networks.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of networks6) networks.addSubnet(network, bits, 'ipv6')

/**
 * Is it an address that means something in one network only, or none at all? Behind a proxy that does not forward the
 * browser's address everybody seems to have such a one. IPv4 in IPv6 clothes (`::ffff:10.0.0.1`) is seen through.
 */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  return family === 0 || networks.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
