import type { Config } from '../config.ts'
import type { ConsentPorts } from '../consent/ports.ts'

/** What the routes stand on: the rooms' ports, and the settings that they look at. */
export type HttpPorts = ConsentPorts & { readonly config: Pick<Config, 'WEBHOOK_ALLOW_PRIVATE'> }
