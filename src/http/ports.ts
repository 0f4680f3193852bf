import type { ConsentPorts } from '../consent/ports.ts'

/** What the routes stand on. */
export type HttpPorts = ConsentPorts & {
  /** Sandbox only: webhook receivers on this machine and without TLS. */
  readonly allowPrivateWebhooks: boolean
}
