import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'

export type Loop = {
  /** Runs the next round at once: there is something to do. */
  nudge(): void
  /** Ends after the round that runs. */
  stop(): Promise<void>
}

/** After errors in a row the loop rests longer, up to this. */
const longestRestMs = 5_000

/**
 * Runs `round` over and over with a rest in between; `again` means that there is more to do at once. An error is
 * logged and the loop goes on: it has to outlive a database that restarts.
 */
export function startLoop(
  options: { name: string; intervalMs: number; log: Logger },
  round: () => Promise<'again' | 'rest'>,
): Loop {
  let stopped = false
  let nudged = false
  let wake = new AbortController()
  let errors = 0
  const rest = async (ms: number) => {
    if (nudged || stopped) return
    await sleep(ms, undefined, { signal: wake.signal }).catch(() => {})
  }
  const running = (async () => {
    while (!stopped) {
      nudged = false
      wake = new AbortController()
      try {
        const more = (await round()) === 'again'
        errors = 0
        if (!more) await rest(options.intervalMs)
      } catch (error) {
        errors += 1
        options.log.error({ err: error, loop: options.name }, 'a loop met an error and goes on')
        nudged = false
        await rest(Math.min(options.intervalMs * 2 ** Math.min(errors, 10), longestRestMs))
      }
    }
  })()
  return {
    nudge() {
      nudged = true
      wake.abort()
    },
    async stop() {
      stopped = true
      wake.abort()
      await running
    },
  }
}
