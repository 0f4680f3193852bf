import type { z } from 'zod'
import { type Fetch, ServiceFailure, serviceFetch } from '../bounded-fetch.ts'
import { type SigningRights, signingRights } from './signing-rights.ts'
import { processRoles, processUnit, type RegisteredUnit, type RegisterRole } from './unit.ts'
import { authoritySchema, deletedUnitSchema, rolesSchema, unitSchema } from './wire.ts'

export type RegisterOptions = {
  /** `https://data.brreg.no` or a stand-in, without a trailing slash. */
  readonly baseUrl: string
  readonly deadlineMs?: number
  readonly fetch?: Fetch
}

/** `raw` is the answer byte for byte: the snapshot that a decision relied on is evidence. */
export type Looked<T> = { readonly value: T; readonly raw: Uint8Array }

/** Every function throws `ServiceFailure` when the register gives no usable answer. */
export type BusinessRegister = {
  /** An unknown or deleted unit is an answer too: see its `problems`. */
  unit: (organisationNumber: string) => Promise<Looked<RegisteredUnit>>
  /** Current roles of people; none for a unit that is unknown or deleted. */
  roles: (organisationNumber: string) => Promise<Looked<RegisterRole[]>>
  /** Who may sign; `unreadable` for a unit that is unknown or deleted. */
  signature: (organisationNumber: string) => Promise<Looked<SigningRights>>
}

const service = 'business register'
const answerAtMostBytes = 4 * 1024 * 1024
const gone = new Set([404, 410])

function parse<T>(schema: z.ZodType<T>, raw: Uint8Array): T {
  let body: unknown
  try {
    body = JSON.parse(Buffer.from(raw).toString('utf8'))
  } catch (cause) {
    throw new ServiceFailure(service, 'malformed', 'the answer is not JSON', { cause })
  }
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const paths = read.error.issues.map((issue) => issue.path.join('.') || 'the answer').join(', ')
  throw new ServiceFailure(service, 'malformed', `unreadable: ${paths}`)
}

/** A deleted unit's answer may be empty or have a shape of its own: only its name and date are of use. */
function absentUnit(organisationNumber: string, status: number, raw: Uint8Array): RegisteredUnit {
  const absent = { organisationNumber, form: null, registeredOn: null }
  if (status === 404) return { ...absent, name: '', problems: ['unknown'] }
  let name = ''
  try {
    name = parse(deletedUnitSchema, raw).navn ?? ''
  } catch {
    // The status alone says that it is deleted.
  }
  return { ...absent, name, problems: ['deleted'] }
}

/**
 * Client of the Norwegian register of business enterprises: Enhetsregisteret and the open authority service
 * (data.brreg.no, licence NLOD, no key).
 */
export function registerClient(options: RegisterOptions): BusinessRegister {
  const { baseUrl, fetch = globalThis.fetch, deadlineMs = 10_000 } = options
  const send = serviceFetch(service, fetch, { deadlineMs, maxBytes: answerAtMostBytes })
  async function get(path: string): Promise<{ status: number; raw: Uint8Array }> {
    const response = await send(`${baseUrl}${path}`, { headers: { accept: 'application/json' } })
    const { status } = response
    if (!response.ok && !gone.has(status)) {
      throw new ServiceFailure(service, 'rejected', `it answered ${status}`, { httpStatus: status })
    }
    return { status, raw: new Uint8Array(await response.arrayBuffer()) }
  }
  const units = (organisationNumber: string) =>
    `/enhetsregisteret/api/enheter/${encodeURIComponent(organisationNumber)}`

  return {
    async unit(organisationNumber) {
      const { status, raw } = await get(units(organisationNumber))
      if (gone.has(status)) return { value: absentUnit(organisationNumber, status, raw), raw }
      const value = processUnit(parse(unitSchema, raw))
      if (value.organisationNumber !== organisationNumber) {
        throw new ServiceFailure(service, 'malformed', 'the answer is about another unit')
      }
      return { value, raw }
    },
    async roles(organisationNumber) {
      const { status, raw } = await get(`${units(organisationNumber)}/roller`)
      return { value: gone.has(status) ? [] : processRoles(parse(rolesSchema, raw)), raw }
    },
    async signature(organisationNumber) {
      const path = `/fullmakt/enheter/${encodeURIComponent(organisationNumber)}/signatur`
      const { status, raw } = await get(path)
      if (gone.has(status)) return { value: { kind: 'unreadable', reason: 'no_rule' }, raw }
      const answer = parse(authoritySchema, raw)
      if (answer.enhet && answer.enhet.organisasjonsnummer !== organisationNumber) {
        throw new ServiceFailure(service, 'malformed', 'the answer is about another unit')
      }
      return { value: signingRights(answer), raw }
    },
  }
}
