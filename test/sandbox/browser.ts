/** An answer as a browser sees it: redirects are not followed by themselves. */
export type Seen = { status: number; location: string | undefined; text: string; url: string }

/** A browser without scripts: keeps cookies per host (not per port, as real ones do) and posts forms. */
export function openBrowser() {
  const cookies = new Map<string, string>()

  async function request(url: string, form?: Record<string, string>): Promise<Seen> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(';')[0] ?? ''
      const at = pair.indexOf('=')
      cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const location = response.headers.get('location')
    return {
      status: response.status,
      location: location === null ? undefined : new URL(location, url).href,
      text: await response.text(),
      url,
    }
  }

  /** Follows redirects until a page, or until an address that begins with `stopAt`. */
  async function follow(url: string, stopAt: string, form?: Record<string, string>): Promise<Seen> {
    let seen = await request(url, form)
    for (let hops = 0; seen.location !== undefined && hops < 10; hops++) {
      if (seen.location.startsWith(stopAt)) return seen
      seen = await request(seen.location)
    }
    return seen
  }
  return { request, follow }
}
