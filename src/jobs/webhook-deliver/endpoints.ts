/** Deliveries at the same time to one endpoint that answers; one that does not gets one. */
const mostAtOnce = 4
const firstRestMs = 5_000
const longestRestMs = 60_000

type Endpoint = {
  running: number
  /** Attempts in a row that got no answer at all. */
  silent: number
  /** On the timer of this process: nothing is sent before. */
  restUntil: number
}

export type Endpoints = {
  /** Takes a place at an endpoint. Answers null, or how long to wait before asking again, in milliseconds. */
  enter(endpointId: string): number | null
  /** Gives the place back. `answered`: whether there was an answer, of whatever status. */
  leave(endpointId: string, answered: boolean): void
}

/**
 * Keeps one endpoint that does not answer, and holds every attempt until its deadline, from taking all places of this
 * process: it gets one attempt at a time, with rests in between. What waits is spread, and counts no attempt.
 */
export function endpoints(timer: () => number = () => performance.now(), random = Math.random): Endpoints {
  const known = new Map<string, Endpoint>()
  return {
    enter(id) {
      const endpoint = known.get(id) ?? { running: 0, silent: 0, restUntil: 0 }
      const restMs = endpoint.restUntil - timer()
      if (restMs > 0) return Math.round(restMs + random() * longestRestMs)
      if (endpoint.running >= (endpoint.silent > 0 ? 1 : mostAtOnce)) {
        return Math.round(endpoint.silent > 0 ? firstRestMs + random() * longestRestMs : 200 + random() * 800)
      }
      endpoint.running += 1
      known.set(id, endpoint)
      return null
    },
    leave(id, answered) {
      const endpoint = known.get(id)
      if (!endpoint) return
      endpoint.running -= 1
      endpoint.silent = answered ? 0 : endpoint.silent + 1
      const rest = Math.min(firstRestMs * 2 ** Math.min(endpoint.silent - 1, 10), longestRestMs)
      endpoint.restUntil = answered ? 0 : timer() + rest
      if (endpoint.running === 0 && answered) known.delete(id)
    },
  }
}
