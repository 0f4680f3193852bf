import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** A client of the public API, as a stranger would write it from the documentation. */
export type Api = {
  readonly origin: string
  readonly key: string
  get<T>(path: string): Promise<T>
  /** All pages of a list. */
  list<T>(path: string): Promise<T[]>
  /** A new Idempotency-Key for each call, unless it is given: then the call can be repeated safely. */
  post<T>(path: string, body?: unknown, idempotencyKey?: string): Promise<T>
  /** Sends a file as it is. */
  upload<T>(path: string, mediaType: string, content: Uint8Array): Promise<T>
}

/** An answer of the API that is not a success, with its problem document. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  constructor(
    request: string,
    status: number,
    problem: { code?: string; detail?: string; errors?: unknown },
  ) {
    const errors = problem.errors ? ` ${JSON.stringify(problem.errors)}` : ''
    super(`${request} answers ${status} ${problem.code ?? ''}: ${problem.detail ?? ''}${errors}`)
    this.status = status
    this.code = problem.code ?? ''
  }
}

const deadlineMs = 30_000

/** With several origins the requests take turns. */
export function apiClient(origins: string | readonly string[], key: string): Api {
  const all = [origins].flat()
  const [first = ''] = all
  let turn = 0
  async function request<T>(method: string, path: string, init: RequestInit = {}): Promise<T> {
    const origin = all[turn++ % all.length]
    const answer = await fetch(`${origin}${path}`, {
      ...init,
      method,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
      signal: AbortSignal.timeout(deadlineMs),
    })
    const text = await answer.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    if (!answer.ok) throw new ApiProblem(`${method} ${path}`, answer.status, body ?? {})
    return body as T
  }
  const get = <T>(path: string) => request<T>('GET', path)
  return {
    origin: first,
    key,
    get,
    async list<T>(path: string) {
      const rows: T[] = []
      const separator = path.includes('?') ? '&' : '?'
      let after: string | null = ''
      while (after !== null) {
        const cursor = after ? `&after=${encodeURIComponent(after)}` : ''
        const page: { data: T[]; nextCursor: string | null } = await get(
          `${path}${separator}limit=100${cursor}`,
        )
        rows.push(...page.data)
        after = page.nextCursor
      }
      return rows
    },
    post: (path, body, idempotencyKey = randomUUID()) =>
      request('POST', path, {
        headers: {
          'idempotency-key': idempotencyKey,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    upload: (path, mediaType, content) =>
      request('POST', path, {
        headers: { 'content-type': mediaType, 'idempotency-key': randomUUID() },
        body: new Blob([new Uint8Array(content)]),
      }),
  }
}

/**
 * Asks until there is an answer other than undefined, up to `boundMs`.
 * @throws Error saying what was waited for, and what was seen last
 */
export async function until<T>(
  what: string,
  boundMs: number,
  ask: () => Promise<T | undefined>,
  seen: () => string = () => '',
): Promise<T> {
  const deadline = performance.now() + boundMs
  for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 1.3, 250)) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) {
      throw new Error(`waited ${boundMs / 1000} s for ${what}${seen() && `; last seen: ${seen()}`}`)
    }
    await sleep(pauseMs)
  }
}
