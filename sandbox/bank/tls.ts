import type { TLSSocket } from 'node:tls'
import type { Reply } from '../http.ts'
import { readTppCertificate } from '../qc-statements.ts'
import { tppReply } from './errors.ts'

type Sender = ReturnType<typeof readTppCertificate>

/** Certificates read so far by fingerprint: reading one costs a millisecond. */
const known = new Map<string, Sender>()

/** Who is calling, by the client certificate of the connection; else the 401 to answer with. */
export function identify(socket: TLSSocket): Sender | { refusal: Reply } {
  const certificate = socket.getPeerX509Certificate()
  if (!certificate) {
    return { refusal: tppReply(401, 'CERTIFICATE_MISSING', 'a client certificate is required') }
  }
  if (!socket.authorized) {
    const expired = String(socket.authorizationError).includes('EXPIRED')
    const code = expired ? 'CERTIFICATE_EXPIRED' : 'CERTIFICATE_INVALID'
    return { refusal: tppReply(401, code, String(socket.authorizationError)) }
  }
  const before = known.get(certificate.fingerprint256)
  if (before) return before
  const sender = readTppCertificate(certificate.raw)
  known.set(certificate.fingerprint256, sender)
  return sender
}
