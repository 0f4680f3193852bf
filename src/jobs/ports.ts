import type { ConsentPorts } from '../consent/ports.ts'
import type { Ground } from '../ground.ts'
import type { Mailer } from './message-send/mailer.ts'

/** What the jobs need: those of this folder, and those that call a room. */
export type WebhookPorts = Ground & {
  /** Sandbox only: receivers on this machine and without TLS. */
  readonly allowPrivateWebhooks: boolean
}
export type MessagePorts = Ground & { readonly mailer: Mailer }
export type RoomPorts = ConsentPorts
export type JobPorts = WebhookPorts & MessagePorts & RoomPorts
