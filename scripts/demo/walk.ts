import { randomUUID } from 'node:crypto'
import { type Api, apiClient } from './api.ts'
import { newPerson, type Person } from './person.ts'
import type { Receiver } from './receiver.ts'
import { type Control, controlOf } from './sandbox.ts'

/** What the path has made so far, and the means to go on. */
export type Walk = {
  readonly id: string
  readonly api: Api
  readonly control: Control
  /** The manager of the demo company. */
  readonly kari: Person
  readonly receiver: Receiver
  readonly made: Made
}

/** Ids by what they name. */
type Made = {
  companyId?: string
  userId?: string
  endpointId?: string
  agreementId?: string
  consentId?: string
  accounts?: readonly WalkAccount[]
  openItemIds?: readonly string[]
  payableId?: string
  paymentId?: string
}
export type WalkAccount = { readonly id: string; readonly bban: string }

/**
 * A step of the path. It can be taken again after it was broken off anywhere (a server was killed): what it has made
 * already is found again, by idempotency keys and by looking.
 */
export type Step = {
  readonly title: string
  /** Answers in a few words what happened. Throws if it did not hold. */
  run(walk: Walk): Promise<string>
}

export type WalkOptions = {
  /** Origins of the API; requests take turns. */
  readonly api: string | readonly string[]
  readonly apiKey: string
  readonly control: string
  readonly receiver: Receiver
}

export function newWalk(options: WalkOptions): Walk {
  return {
    id: randomUUID(),
    api: apiClient(options.api, options.apiKey),
    control: controlOf(options.control),
    kari: newPerson('kari'),
    receiver: options.receiver,
    made: {},
  }
}

/** The idempotency key of one creation of this walk: the same when the step is taken again. */
export const keyOf = (walk: Walk, name: string) => `${walk.id}:${name}`

/** What an earlier step has made. */
export function made<K extends keyof Made>(walk: Walk, name: K): NonNullable<Made[K]> {
  const value = walk.made[name]
  if (value === undefined) throw new Error(`no ${name} yet: an earlier step is missing`)
  return value
}

/** Throws `what` unless it holds. */
export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

export type Money = { readonly amount: string; readonly currency: string }

/** `-1234.50` as øre. */
export function minorOf(amount: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount) ?? []
  return BigInt(`${sign}${whole}${fraction.padEnd(2, '0')}`)
}

/** Øre as `-1234.50`. */
export function amountOf(minor: bigint): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0')
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
