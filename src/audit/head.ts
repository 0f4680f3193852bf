import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { sha256 } from '../vault.ts'
import { canonicalJson } from './chain.ts'

/** The end of a client's chain at some time, signed: whoever keeps it elsewhere can prove a later change. */
export const auditHeadSchema = z.object({
  clientId: z.string(),
  /** How many entries the chain had. */
  position: z.coerce.bigint().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  keyId: z.string(),
  signature: z.base64(),
  signedAt: z.iso.datetime({ precision: 3 }),
})
export type AuditHead = z.infer<typeof auditHeadSchema>
type Unsigned = Omit<AuditHead, 'signature'>

export type AuditSigner = {
  readonly keyId: string
  sign(head: Omit<Unsigned, 'keyId'>): AuditHead
  /** Whether this key made the signature; false for the head of another key. */
  verifies(head: AuditHead): boolean
}

function signedText({ clientId, position, hash, keyId, signedAt }: Unsigned): Buffer {
  const head = { clientId, position: position.toString(), hash, keyId, signedAt }
  return Buffer.from(`kontobro audit head\n${canonicalJson(head)}`)
}

/** First half of the SHA-256 of the public key (SubjectPublicKeyInfo). */
function keyIdOf(key: KeyObject): string {
  return sha256(key.export({ type: 'spki', format: 'der' })).slice(0, 32)
}

/**
 * Signs and checks heads with an Ed25519 key.
 * @param pem private key in PEM
 */
export function auditSigner(pem: string): AuditSigner {
  const secret = createPrivateKey(pem)
  if (secret.asymmetricKeyType !== 'ed25519') throw new Error('AUDIT_KEY must be an Ed25519 private key')
  const open = createPublicKey(secret)
  const keyId = keyIdOf(open)
  return {
    keyId,
    sign(facts) {
      const head = { ...facts, keyId }
      return { ...head, signature: sign(null, signedText(head), secret).toString('base64') }
    },
    verifies(head) {
      if (head.keyId !== keyId) return false
      return verify(null, signedText(head), open, Buffer.from(head.signature, 'base64'))
    },
  }
}
