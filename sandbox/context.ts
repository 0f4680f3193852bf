import type { SandboxClock } from './clock.ts'
import type { Pki, PkiPaths } from './pki.ts'
import type { Store } from './state.ts'
import type { World } from './world.ts'

/** Where everything listens. Filled in while the sandbox starts; complete when `startSandbox` answers. */
export type SandboxUrls = {
  control: string
  bank: string
  bank2: string
  /** The second interface of the second bank. */
  bank2Platform: string
  /** SCA pages of the banks (a PSU's browser has no client certificate). */
  bankPages: string
  bank2Pages: string
  bankid: string
  esign: string
  register: string
  mailbox: string
  smtp: { host: string; port: number }
  clockFile: string
  pki: PkiPaths
}

/**
 * What every sandbox server gets.
 *
 * A server lives in `sandbox/<name>/server.ts` and exports `start<Name>(context): Promise<Service>`.
 * It listens with `listen(context, '<name>', server)` of http.ts, so that it gets its old port back after a
 * restart, and writes what it keeps into `context.state.data`, followed by `context.state.changed()`.
 */
export type SandboxContext = {
  dataDir: string
  state: Store
  clock: SandboxClock
  pki: Pki
  world: World
  urls: SandboxUrls
}

/** A running server. `url` is its origin without a trailing slash. */
export type Service = { url: string; port: number; close: () => Promise<void> }
