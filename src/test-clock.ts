import { readFileSync, statSync } from 'node:fs'
import { type Clock, systemClock } from './domain/clock.ts'

/**
 * A clock that runs with the machine's, moved by a file `{"offsetMs": n}`. Every process that reads the same file
 * has the same time at once; it never runs backwards within a process.
 */
export function fileClock(path: string): Clock {
  let offsetMs = 0
  let stamp = ''
  const refresh = () => {
    const stat = statSync(path, { throwIfNoEntry: false })
    const seen = stat ? `${stat.ino}:${stat.mtimeMs}:${stat.size}` : ''
    if (seen === stamp) return
    stamp = seen
    const read: unknown = stat ? JSON.parse(readFileSync(path, 'utf8')) : { offsetMs: 0 }
    if (
      typeof read !== 'object' ||
      read === null ||
      !('offsetMs' in read) ||
      typeof read.offsetMs !== 'number'
    ) {
      throw new Error(`${path} is not a test clock: {"offsetMs": number} expected`)
    }
    offsetMs = Math.max(offsetMs, read.offsetMs)
  }
  return {
    now() {
      refresh()
      return new Date(systemClock.now().getTime() + offsetMs)
    },
  }
}
