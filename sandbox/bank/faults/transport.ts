import { gzipSync } from 'node:zlib'
import { json, type Reply } from '../../http.ts'
import { type Faults, isGoodRead, type Scene } from './fault.ts'

const bombMegabytes = 256

/** Blanks packed a megabyte at a time, one gzip member after the other: about 260 kB on the wire. */
function bomb(): Buffer {
  const member = gzipSync(Buffer.alloc(1024 * 1024, ' '))
  return Buffer.concat(Array.from({ length: bombMegabytes }, () => member))
}

const delivered =
  (delivery: NonNullable<Reply['delivery']>) =>
  (reply: Reply, scene: Scene): Reply =>
    isGoodRead(reply, scene) ? { ...reply, delivery } : reply

const packed = (reply: Reply, body: Buffer): Reply => ({
  ...reply,
  headers: { ...reply.headers, 'content-encoding': 'gzip' },
  body,
})

/** What happens between the bank and us. */
export const transportFaults = {
  reset: {
    about: 'tears the connection down and does nothing',
    request: () => ({ ...json(500, {}), delivery: 'reset' }),
  },
  reset_mid_body: {
    about: 'tears the connection down when half of the answer is sent',
    answer: delivered('cut'),
  },
  drip: { about: 'the answer comes byte by byte', answer: delivered('drip') },
  gzip_unasked: {
    about: 'the answer is packed with gzip, though nobody asked for it',
    answer: (reply, scene) =>
      isGoodRead(reply, scene) ? packed(reply, gzipSync(reply.body as string)) : reply,
  },
  gzip_bomb: {
    about: `the answer unpacks to ${bombMegabytes} MB of blanks`,
    answer: (reply, scene) => (isGoodRead(reply, scene) ? packed(reply, bomb()) : reply),
  },
  certificate_expired: {
    about: "the server's certificate has expired",
    certificate: 'expired',
  },
} satisfies Faults
