import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { Problem } from '../domain/problems.ts'
import { sha256, type Vault } from '../vault.ts'

const KEPT_MS = 24 * 3_600_000
const SWEEP_ROWS = 100

/** An answer as it goes over the wire: a status and JSON text (null for an answer without a body). */
export type WireAnswer = { readonly status: number; readonly json: string | null }

/** One creating request, as far as a retry must be the same. */
export type Attempt = {
  readonly operationId: string
  /** The client's `Idempotency-Key`. */
  readonly key: string
  /** Hash of everything that says what is asked for. */
  readonly fingerprint: string
}

const keyShape = /^[\x21-\x7e]{1,255}$/

/**
 * The `Idempotency-Key` of a request: 1 to 255 visible ASCII characters.
 * @throws Problem `idempotency_key_missing`, or `invalid_request` for another shape.
 */
export function readIdempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined || header === '') {
    throw new Problem('idempotency_key_missing', {
      detail:
        'This operation creates something: send an Idempotency-Key header, a new one for every new thing.',
    })
  }
  if (typeof header === 'string' && keyShape.test(header)) return header
  const message = '1 to 255 visible ASCII characters'
  throw new Problem('invalid_request', {
    detail: `headers.idempotency-key: ${message}.`,
    errors: [{ path: 'headers.idempotency-key', message }],
  })
}

/** Hash of a request, keyed because a body may hold little more than a name. Member order does not count. */
export function fingerprintOf(vault: Vault, address: string, body: unknown): string {
  const content = Buffer.isBuffer(body) ? sha256(body) : canonical(body)
  return vault.keyedHash('idempotency', `${address}\n${content}`)
}

function canonical(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return sorted ?? ''
}

/**
 * Does the work once per client, operation and key (24 h by the injected clock), in the transaction of the work:
 * the answer and what it speaks of are committed together or not at all, so a crash leaves nothing half done, and
 * its lock goes with its connection. A problem rolls back and is not kept: the same key may be used again.
 * @throws Problem `idempotency_in_progress` while another request holds the key, `idempotency_key_reused` when it
 * was used for something else.
 */
export async function onceOnly(
  tx: Tx,
  vault: Vault,
  attempt: Attempt,
  work: () => Promise<WireAnswer>,
): Promise<WireAnswer & { readonly replayed: boolean }> {
  await takeLock(tx, attempt)
  const kept = await keptAnswer(tx, vault, attempt)
  if (kept) return kept
  await tx.prisma.idempotencyKey.deleteMany({ where: whereKept(tx, attempt) })
  await sweep(tx)
  const answer = await work()
  const { operationId, key } = attempt
  await tx.prisma.idempotencyKey.create({
    data: {
      id: `idm_${vault.keyedHash('idempotency-id', [tx.clientId, operationId, key].join('\n'))}`,
      clientId: tx.clientId,
      route: operationId,
      key,
      requestHash: attempt.fingerprint,
      status: answer.status,
      answer: await vault.seal(tx, { kind: 'client' }, answer.json ?? ''),
      createdAt: tx.now,
      expiresAt: after(tx.now, KEPT_MS),
    },
  })
  return { ...answer, replayed: false }
}

const whereKept = (tx: Tx, { operationId, key }: Attempt) => ({
  clientId: tx.clientId,
  route: operationId,
  key,
})

/**
 * The answer that was given to the same request within 24 hours, or null.
 * @throws Problem `idempotency_key_reused`
 */
export async function keptAnswer(
  tx: Tx,
  vault: Vault,
  attempt: Attempt,
): Promise<(WireAnswer & { readonly replayed: true }) | null> {
  const kept = await tx.prisma.idempotencyKey.findUnique({
    where: { clientId_route_key: whereKept(tx, attempt) },
  })
  if (!kept || kept.expiresAt <= tx.now) return null
  if (kept.requestHash !== attempt.fingerprint) {
    throw new Problem('idempotency_key_reused', 'This Idempotency-Key was sent with another request before.')
  }
  const json = await vault.open(tx, kept.answer)
  return { status: kept.status, json: json === '' ? null : json, replayed: true }
}

async function takeLock(tx: Tx, attempt: Attempt): Promise<void> {
  const name = sha256([tx.clientId, attempt.operationId, attempt.key].join('\n'))
  const lock = Buffer.from(name, 'hex').readBigInt64BE()
  const [row] = await tx.prisma.$queryRaw<{ taken: boolean }[]>`
    select pg_try_advisory_xact_lock(${lock}::bigint) as taken`
  if (row?.taken) return
  throw new Problem('idempotency_in_progress', {
    detail: 'A request with this Idempotency-Key is being worked on.',
    userAction: 'Send the same request again in a moment to get its answer.',
    retryAfterSeconds: 1,
  })
}

/** Destroys some of the client's answers that are past their time, leaving alone what another request holds. */
async function sweep(tx: Tx): Promise<void> {
  await tx.prisma.$executeRaw`
    delete from idempotency_key where id in (
      select id from idempotency_key where client_id = ${tx.clientId} and expires_at <= ${tx.now}
      limit ${SWEEP_ROWS} for update skip locked)`
}
