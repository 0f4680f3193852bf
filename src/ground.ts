import type { Logger } from 'pino'
import type { Db } from './db.ts'
import type { Clock } from './domain/clock.ts'
import type { Vault } from './vault.ts'

/** What every room stands on. */
export type Ground = {
  readonly db: Db
  readonly clock: Clock
  readonly vault: Vault
  readonly log: Logger
  readonly kind: 'sandbox' | 'live'
  /** Origin under which people and banks reach the hosted pages, without a slash at the end. */
  readonly publicUrl: string
}
