import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Server } from 'node:net'
import type { SandboxContext, Service } from './context.ts'
import { page } from './html.ts'

export type Incoming = {
  method: string
  path: string
  params: Record<string, string>
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** The body as JSON; undefined when it is none. */
  json: () => unknown
  form: () => URLSearchParams
  raw: IncomingMessage
}

export type Reply = {
  status: number
  headers: Record<string, string>
  body: string | Buffer
  /**
   * `reset` tears the connection down instead of answering, `never` leaves it hanging, `cut` tears it down in the
   * middle of the body, `drip` sends the body byte by byte.
   */
  delivery?: 'reset' | 'never' | 'cut' | 'drip'
}

export type Handler = (request: Incoming) => Reply | Promise<Reply>
/** Handlers by `METHOD /path/:param`; the first that fits is taken. */
export type Routes = Record<string, Handler>

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})
export const htmlPage = (status: number, text: string): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body: text,
})
export const redirect = (location: string): Reply => ({ status: 303, headers: { location }, body: '' })
export const empty = (status: number, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: '',
})

type Refusal = Error & { reply: Reply }

/** Throws so that the server answers with `reply`. */
export function refuse(reply: Reply): never {
  throw Object.assign(new Error(`refused with ${reply.status}`), { reply })
}
export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'reply' in error

const maxBodyBytes = 32 * 1024 * 1024

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) refuse(json(413, { error: 'body too large' }))
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The parameters if `path` fits `pattern` ("/a/:b"), else undefined. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':') && value !== '') params[part.slice(1)] = decode(value)
    else if (part !== value) return undefined
  }
  return params
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function toIncoming(request: IncomingMessage, body: Buffer): Incoming {
  const target = `http://sandbox.invalid${request.url ?? '/'}`
  const url = URL.canParse(target) ? new URL(target) : refuse(json(400, { error: 'malformed path' }))
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    params: {},
    query: url.searchParams,
    headers: request.headers,
    body,
    json: () => parseJson(body),
    form: () => new URLSearchParams(body.toString('utf8')),
    raw: request,
  }
}

/** Finds the handler of a request and fills in its path parameters. */
export function route(routes: Routes, request: Incoming): Reply | Promise<Reply> {
  for (const [key, handler] of Object.entries(routes)) {
    const [method, pattern] = key.split(' ') as [string, string]
    const params = method === request.method ? matchPath(pattern, request.path) : undefined
    if (params) return handler({ ...request, params })
  }
  const known = Object.keys(routes).some((key) => matchPath(key.split(' ')[1] ?? '', request.path))
  const status = known ? 405 : 404
  const title = known ? 'Method not allowed' : 'Not found'
  return request.headers.accept?.includes('text/html')
    ? htmlPage(status, page(title, ''))
    : json(status, { error: title.toLowerCase() })
}

async function answerOf(request: IncomingMessage, handle: Handler): Promise<Reply> {
  try {
    return await handle(toIncoming(request, await readBody(request)))
  } catch (error) {
    if (isRefusal(error)) return error.reply
    process.stderr.write(`sandbox: ${request.method} ${request.url}: ${(error as Error).stack ?? error}\n`)
    return json(500, { error: 'the sandbox itself failed' })
  }
}

/** A node request listener: reads the body, handles, waits until the state is on disk, answers. */
export function listener(context: SandboxContext, handle: Handler) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const reply = await answerOf(request, handle)
    await context.state.saved()
    if (reply.delivery === 'never') return
    if (reply.delivery === 'reset') return void request.socket.destroy()
    const length = reply.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(reply.body)) }
    response.writeHead(reply.status, { ...length, ...reply.headers })
    if (reply.delivery === 'cut') return cutOff(request, response, reply)
    if (reply.delivery === 'drip') return drip(response, Buffer.from(reply.body))
    response.end(reply.body)
  }
}

function cutOff(request: IncomingMessage, response: ServerResponse, { body }: Reply): void {
  const half = Buffer.from(body).subarray(0, Math.floor(Buffer.byteLength(body) / 2))
  response.write(half, () => request.socket.destroy())
}

const dripMs = 20

function drip(response: ServerResponse, body: Buffer): void {
  let at = 0
  const timer = setInterval(() => {
    if (at < body.length) response.write(body.subarray(at, ++at))
    else response.end()
  }, dripMs)
  response.on('close', () => clearInterval(timer))
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

/** Binds `server` to the port that `name` had before, or a free one, and remembers it. */
export async function bindPort(context: SandboxContext, name: string, server: Server): Promise<number> {
  const { ports } = context.state.data
  const port = await bind(server, ports[name] ?? 0).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    return bind(server, 0)
  })
  ports[name] = port
  context.state.changed()
  return port
}

/** Starts a node:http(s) server under a name; closing drops open connections. */
export async function listen(
  context: SandboxContext,
  name: string,
  server: ReturnType<typeof createServer> | HttpsServer,
  scheme: 'http' | 'https' = 'http',
): Promise<Service> {
  // Longer than clients keep idle connections, so that none is closed under a request on its way.
  server.keepAliveTimeout = 120_000
  const port = await bindPort(context, name, server)
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `${scheme}://127.0.0.1:${port}`, port, close }
}

/** A plain http server of routes. */
export const serve = (context: SandboxContext, name: string, routes: Routes): Promise<Service> =>
  listen(context, name, createServer(listener(context, (request) => route(routes, request))))
