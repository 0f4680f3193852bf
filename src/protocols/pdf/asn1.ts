import forge from 'node-forge'

export type Asn1 = forge.asn1.Asn1
const { asn1 } = forge
const { Class, Type } = asn1

/** Thrown for DER that is not what it should be; its message says where. */
class UnexpectedAsn1 extends Error {
  constructor(where: string) {
    super(`unexpected ASN.1 in ${where}`)
    this.name = 'UnexpectedAsn1'
  }
}

/** Length in bytes of the first DER value in `bytes` (X.690, 8.1.3, definite form only). */
export function derLength(bytes: Buffer): number {
  const first = bytes[1]
  if (first === undefined || first === 0x80) throw new UnexpectedAsn1('length')
  if (first < 0x80) return 2 + first
  const octets = first & 0x7f
  if (octets > 4 || bytes.length < 2 + octets) throw new UnexpectedAsn1('length')
  return 2 + octets + bytes.readUIntBE(2, octets)
}

export const parseDer = (bytes: Uint8Array): Asn1 =>
  // The types lag behind the options that node-forge 1.x knows.
  asn1.fromDer(Buffer.from(bytes).toString('binary'), {
    strict: true,
    parseAllBytes: true,
    decodeBitStrings: false,
  } as never)

export const encodeDer = (node: Asn1): Buffer => Buffer.from(asn1.toDer(node).getBytes(), 'binary')

export function childrenOf(node: Asn1 | undefined, where: string): Asn1[] {
  if (!node || typeof node.value === 'string') throw new UnexpectedAsn1(where)
  return node.value
}

export function is(node: Asn1 | undefined, type: forge.asn1.Type): node is Asn1 {
  return node !== undefined && node.tagClass === Class.UNIVERSAL && node.type === type
}

export function isTagged(node: Asn1 | undefined, tag: number): node is Asn1 {
  return node !== undefined && node.tagClass === Class.CONTEXT_SPECIFIC && (node.type as number) === tag
}

export function sequenceOf(node: Asn1 | undefined, where: string): Asn1[] {
  if (!is(node, Type.SEQUENCE)) throw new UnexpectedAsn1(where)
  return childrenOf(node, where)
}

export function setOf(node: Asn1 | undefined, where: string): Asn1[] {
  if (!is(node, Type.SET)) throw new UnexpectedAsn1(where)
  return childrenOf(node, where)
}

export function oidOf(node: Asn1 | undefined, where: string): string {
  if (!is(node, Type.OID) || typeof node.value !== 'string') throw new UnexpectedAsn1(where)
  return asn1.derToOid(node.value)
}

export function octetsOf(node: Asn1 | undefined, where: string): Buffer {
  if (!is(node, Type.OCTETSTRING) || typeof node.value !== 'string') throw new UnexpectedAsn1(where)
  return Buffer.from(node.value, 'binary')
}

export function smallIntegerOf(node: Asn1 | undefined, where: string): number {
  if (!is(node, Type.INTEGER) || typeof node.value !== 'string' || node.value.length !== 1) {
    throw new UnexpectedAsn1(where)
  }
  return node.value.charCodeAt(0)
}

/** The same content under the tag SET, as signed attributes are hashed (RFC 5652, 5.4). */
export function asSet(children: Asn1[]): Buffer {
  return encodeDer(asn1.create(Class.UNIVERSAL, Type.SET, true, children))
}
