import type { Ground } from '../ground.ts'
import type { Mailer } from './message-send/mailer.ts'

/** What the jobs of this folder need; rooms add theirs where the worker is put together. */
export type WebhookPorts = Ground & {
  /** Sandbox only: receivers on this machine and without TLS. */
  readonly allowPrivateWebhooks: boolean
}
export type MessagePorts = Ground & { readonly mailer: Mailer }
export type JobPorts = WebhookPorts & MessagePorts
