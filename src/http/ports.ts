import type { Config } from '../config.ts'
import type { Ground } from '../ground.ts'

/** What the routes stand on: the ground, and the settings that they look at. */
export type HttpPorts = Ground & { readonly config: Pick<Config, 'WEBHOOK_ALLOW_PRIVATE'> }
