/**
 * Why a signed PDF does not count.
 * - `malformed`: what should be a signature cannot be read
 * - `unsupported`: a kind of signature or algorithm that is not accepted (only CAdES detached, SHA-2)
 * - `unsigned`: there is no new signature
 * - `byte_range`: a byte range leaves out something else than exactly its own signature value
 * - `hidden_bytes`: there is something behind the signature inside its own space
 * - `trailing_bytes`: something was added after the last signature
 * - `not_a_revision`: the document does not begin with the bytes that were to be signed
 * - `content_changed`: what was added is more than an invisible signature
 * - `several_signatures`: more than the one signature that was asked for was added
 * - `altered`: signed bytes or signed attributes were changed
 * - `untrusted`: the signer's certificate does not lead to a root we trust, or was not valid
 * - `unbound`: the signature does not name the certificate it was made with
 */
export type PadesRefusal =
  | 'malformed'
  | 'unsupported'
  | 'unsigned'
  | 'byte_range'
  | 'hidden_bytes'
  | 'trailing_bytes'
  | 'not_a_revision'
  | 'content_changed'
  | 'several_signatures'
  | 'altered'
  | 'untrusted'
  | 'unbound'

/** What verification throws, and nothing else. */
export class PadesRefused extends Error {
  readonly reason: PadesRefusal
  constructor(reason: PadesRefusal, detail: string, cause?: unknown) {
    super(`signed PDF ${reason}: ${detail}`, cause === undefined ? undefined : { cause })
    this.name = 'PadesRefused'
    this.reason = reason
  }
}
