import type { AuditSigner } from '../audit/head.ts'
import { sealAudit } from '../audit/seal.ts'
import { feedEvents } from '../events/feed.ts'
import type { Ground } from '../ground.ts'
import { type Loop, startLoop } from './loop.ts'

/** Gives events their place in the feed; `onFed` is told when deliveries may have become due. */
export function startRelay(ground: Ground, options: { intervalMs?: number; onFed?: () => void } = {}): Loop {
  return startLoop({ name: 'relay', intervalMs: options.intervalMs ?? 200, log: ground.log }, async () => {
    const { fed, more } = await feedEvents(ground.db)
    if (fed > 0) options.onFed?.()
    return more ? 'again' : 'rest'
  })
}

/** Seals audit entries into the chain of their client and signs its head. */
export function startSealer(ground: Ground, options: { signer: AuditSigner; intervalMs?: number }): Loop {
  return startLoop({ name: 'sealer', intervalMs: options.intervalMs ?? 1000, log: ground.log }, async () => {
    const { more } = await sealAudit(ground.db, options.signer)
    return more ? 'again' : 'rest'
  })
}
