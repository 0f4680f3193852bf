// As much of a browser as server-rendered pages without scripts need: cookies, redirects, forms.

export type Page = { readonly url: string; readonly status: number; readonly html: string }

export type Form = {
  readonly method: 'get' | 'post'
  readonly action: string
  /** What would be sent without touching anything, in the order of the page; buttons are not in it. */
  readonly fields: readonly (readonly [string, string])[]
  /** Buttons that carry a name. */
  readonly buttons: readonly (readonly [string, string])[]
}

export type Browser = {
  open(url: string): Promise<Page>
  /** Fills in `values` over what the form says and sends it, as if the button in `values` was pressed. */
  submit(page: Page, form: Form, values?: Readonly<Record<string, string>>): Promise<Page>
  /** The bytes behind an address, as the browser would show or save them. */
  download(url: string): Promise<Uint8Array>
}

type Cookie = { readonly value: string; readonly path: string }

const mostRedirects = 20
const deadlineMs = 20_000

export function openBrowser(): Browser {
  // As in every browser, cookies belong to a host, not to a port.
  const cookies = new Map<string, Cookie>()

  async function request(url: string, body?: URLSearchParams): Promise<Response> {
    const headers = new Headers({ 'accept-language': 'nb-NO,nb;q=0.9', 'user-agent': 'DemoBrowser/1.0' })
    const cookie = cookieHeader(cookies, new URL(url))
    if (cookie) headers.set('cookie', cookie)
    const answer = await fetch(url, {
      ...(body ? { method: 'POST', body } : {}),
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    for (const line of answer.headers.getSetCookie()) keepCookie(cookies, new URL(url), line)
    return answer
  }

  async function follow(url: string, body?: URLSearchParams): Promise<Response & { at: string }> {
    let answer = await request(url, body)
    let at = url
    for (let hops = 0; answer.status >= 300 && answer.status < 400; hops++) {
      if (hops === mostRedirects) throw new Error(`${url} redirects without end`)
      await answer.body?.cancel()
      at = new URL(answer.headers.get('location') ?? '', at).href
      answer = await request(at)
    }
    return Object.assign(answer, { at })
  }

  const read = async (answer: Response & { at: string }): Promise<Page> => ({
    url: answer.at,
    status: answer.status,
    html: await answer.text(),
  })

  return {
    open: async (url) => read(await follow(url)),
    async submit(page, form, values = {}) {
      const sent = new URLSearchParams()
      for (const [name, value] of form.fields) if (!(name in values)) sent.append(name, value)
      for (const [name, value] of Object.entries(values)) sent.append(name, value)
      const target = new URL(form.action || page.url, page.url)
      if (form.method === 'post') return read(await follow(target.href, sent))
      target.search = sent.toString()
      return read(await follow(target.href))
    },
    async download(url) {
      const answer = await follow(url)
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
      return new Uint8Array(await answer.arrayBuffer())
    },
  }
}

function cookieHeader(cookies: ReadonlyMap<string, Cookie>, url: URL): string {
  const fitting = [...cookies].filter(
    ([key, { path }]) => key.startsWith(`${url.hostname} `) && url.pathname.startsWith(path),
  )
  return fitting.map(([key, { value }]) => `${key.split(' ')[1]}=${value}`).join('; ')
}

function keepCookie(cookies: Map<string, Cookie>, url: URL, line: string): void {
  const [pair = '', ...attributes] = line.split(/;\s*/)
  const at = pair.indexOf('=')
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
  const attribute = (wanted: string) =>
    attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
  const path = attribute('path') ?? '/'
  const key = `${url.hostname} ${name} ${path}`
  const expires = attribute('expires')
  const gone = attribute('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now())
  if (gone) cookies.delete(key)
  else cookies.set(key, { value, path })
}

/** The forms of a page. */
export function formsOf(page: Page): Form[] {
  return [...page.html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, open = '', inner = '']) => ({
    method: attributeOf(open, 'method')?.toLowerCase() === 'post' ? 'post' : 'get',
    action: attributeOf(open, 'action') ?? '',
    fields: [...inputsOf(inner), ...selectsOf(inner)],
    buttons: [...inner.matchAll(/<button\b([^>]*)>/g)].flatMap(([, button = '']) => {
      const name = attributeOf(button, 'name')
      return name ? [[name, attributeOf(button, 'value') ?? ''] as const] : []
    }),
  }))
}

/** The addresses that a page leads to. */
export function linksOf(page: Page): string[] {
  return [...page.html.matchAll(/<a\b([^>]*)>/g)].flatMap(([, open = '']) => {
    const href = attributeOf(open, 'href')
    return href ? [new URL(href, page.url).href] : []
  })
}

function inputsOf(html: string): (readonly [string, string])[] {
  return [...html.matchAll(/<input\b([^>]*)>/g)].flatMap(([, open = '']) => {
    const name = attributeOf(open, 'name')
    const isBox = ['checkbox', 'radio'].includes(attributeOf(open, 'type') ?? '')
    if (!name || (isBox && !/\schecked\b/.test(open))) return []
    return [[name, attributeOf(open, 'value') ?? ''] as const]
  })
}

function selectsOf(html: string): (readonly [string, string])[] {
  return [...html.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)].flatMap(([, open = '', inner = '']) => {
    const name = attributeOf(open, 'name')
    const options = [...inner.matchAll(/<option\b([^>]*)>/g)].map(([, option = '']) => option)
    const chosen = options.find((option) => /\sselected\b/.test(option)) ?? options[0]
    return name && chosen ? [[name, attributeOf(chosen, 'value') ?? ''] as const] : []
  })
}

function attributeOf(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : unescapeHtml(found)
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const unescapeHtml = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => entities[name] ?? whole)
