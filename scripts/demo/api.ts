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
  /** A file as it is answered. */
  download(path: string): Promise<Uint8Array>
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

/** JSON; undefined for an answer without a body. */
function parse(bytes: Uint8Array) {
  return bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes))
}

/** With several origins the requests take turns. */
export function apiClient(origins: string | readonly string[], key: string): Api {
  const all = [origins].flat()
  const [first = ''] = all
  let turn = 0
  async function ask(method: string, path: string, init: RequestInit = {}): Promise<Uint8Array> {
    const origin = all[turn++ % all.length]
    const answer = await fetch(`${origin}${path}`, {
      ...init,
      method,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
      signal: AbortSignal.timeout(deadlineMs),
    })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (!answer.ok) throw new ApiProblem(`${method} ${path}`, answer.status, parse(bytes) ?? {})
    return bytes
  }
  async function request<T>(method: string, path: string, init: RequestInit = {}): Promise<T> {
    return parse(await ask(method, path, init)) as T
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
    download: (path) => ask('GET', path),
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
