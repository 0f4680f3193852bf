import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { privateNetworks4 } from '../domain/private-address.ts'

/** The address may not be called: what it resolves to lies in a network that is not the public internet. */
export class AddressRefused extends Error {}

// IANA special-purpose registries for IPv4 and IPv6, as of 2025: nothing in them is a receiver on the internet.
const refused4: readonly (readonly [string, number])[] = [
  ...privateNetworks4,
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
// Inside 2000::/3, the only block of global unicast: Teredo and other protocols, documentation, 6to4.
const refused6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const refused = new BlockList()
for (const [network, bits] of refused4) refused.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of refused6) refused.addSubnet(network, bits, 'ipv6')
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/**
 * Whether an address is one of the public internet. IPv4 in IPv6 clothes (`::ffff:10.0.0.1`, NAT64, 6to4) is not:
 * nothing outside 2000::/3 is.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !refused.check(address, 'ipv4')
  // A zone (`fe80::1%eth0`) names a link of this machine.
  if (family !== 6 || address.includes('%')) return false
  return global6.check(address, 'ipv6') && !refused.check(address, 'ipv6')
}

export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>
const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true })

/**
 * Resolves a receiver once; the connection is pinned to the answer, so that a name cannot point elsewhere between
 * the check and the call. One private answer among several refuses the name.
 * @throws AddressRefused when private addresses are not allowed and one is among the answers.
 */
export async function pinAddress(
  url: URL,
  options: { allowPrivate: boolean; resolve?: Resolve },
): Promise<{ address: string; family: 4 | 6 }> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const literal = isIP(hostname)
  const answers = literal
    ? [{ address: hostname, family: literal }]
    : await (options.resolve ?? systemResolve)(hostname)
  const [first] = answers
  if (!first) throw new AddressRefused(`${hostname} has no address`)
  if (!options.allowPrivate && !answers.every(({ address }) => isPublicAddress(address))) {
    throw new AddressRefused(`${hostname} is not an address of the public internet`)
  }
  return { address: first.address, family: first.family === 6 ? 6 : 4 }
}
