import type { Registry } from 'prom-client'
import type { ConsentPorts } from '../consent/ports.ts'

/** What the routes stand on. */
export type HttpPorts = ConsentPorts & {
  /** Sandbox only: webhook receivers on this machine and without TLS. */
  readonly allowPrivateWebhooks: boolean
  /** Measurements of calls to banks, for the page of metrics. */
  readonly bankCalls?: Registry
}
