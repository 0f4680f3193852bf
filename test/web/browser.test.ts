// The pages in a real browser, the size of a phone, light and dark, long words and short ones.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { long, plain, samplePages } from './samples.ts'

const candidates = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const executablePath = candidates.find((path) => path !== '' && existsSync(path))
if (!executablePath)
  console.warn('SKIPPED: the pages in Chromium, for none is installed (set CHROMIUM to its path)')

const pages: Record<string, string> = {
  ...Object.fromEntries(Object.entries(samplePages('nb', plain)).map(([name, html]) => [`nb/${name}`, html])),
  ...Object.fromEntries(Object.entries(samplePages('en', plain)).map(([name, html]) => [`en/${name}`, html])),
  ...Object.fromEntries(
    Object.entries(samplePages('nb', long)).map(([name, html]) => [`long/${name}`, html]),
  ),
}
const names = Object.keys(pages)
const css = readFileSync(new URL('../../src/web/pages.css', import.meta.url))

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const isCss = request.url === '/assets/pages.css'
    response.setHeader('content-type', isCss ? 'text/css' : 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', "default-src 'none'; style-src 'self'; img-src data:")
    response.end(isCss ? css : (pages[(request.url ?? '').slice(1)] ?? ''))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

const inPage = readFileSync(new URL('./in-page.js', import.meta.url), 'utf8')
const ask = (page: Page, call: string) => page.evaluate(`${inPage}\n${call}`)

describe.skipIf(!executablePath)('in Chromium', () => {
  let server: Server
  let browser: Browser
  let origin = ''
  const shots = mkdtempSync(join(tmpdir(), 'kontobro-pages-'))

  beforeAll(async () => {
    server = await serve()
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
    console.log(`screenshots: ${shots}`)
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  async function open(width: number, height: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 2 })
    return context.newPage()
  }

  test('on a phone, light and dark: readable, nothing beside the screen, room for thumbs', async () => {
    const page = await open(390, 844)
    for (const name of names) {
      await page.goto(`${origin}/${name}`)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await ask(page, 'lowContrast()'), `${name} ${colorScheme}`).toEqual([])
        await page.screenshot({
          path: join(shots, `${name.replace('/', '-')}-${colorScheme}.png`),
          fullPage: true,
        })
      }
      expect(await ask(page, 'tooWide()'), name).toBe(0)
      expect(await ask(page, 'smallTargets()'), name).toEqual([])
    }
    await page.context().close()
  }, 120_000)

  test('on the narrowest phone, and with letters twice as large, nothing is cut off', async () => {
    const page = await open(320, 640)
    for (const name of names.filter((candidate) => candidate.startsWith('long/'))) {
      await page.goto(`${origin}/${name}`)
      expect(await ask(page, 'tooWide()'), name).toBe(0)
      await ask(page, 'letters(200)')
      expect(await ask(page, 'tooWide()'), name).toBe(0)
    }
    await page.context().close()
  }, 60_000)

  test('without script a form is posted by its button, reached by the keyboard', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${origin}/nb/approve`)
    const posted = page.waitForRequest((request) => request.method() === 'POST')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const request = await posted
    expect(new URL(request.url()).pathname).toBe('/p/subject/approve')
    expect(request.postData()).toBe('_csrf=csrf-token&shown=hash')
    await context.close()
  })

  test('on a desk it stays a page to read, not a field', async () => {
    const page = await open(1280, 900)
    await page.goto(`${origin}/nb/sign`)
    const box = await page.locator('main').boundingBox()
    expect(box?.width).toBeLessThan(640)
    await page.screenshot({ path: join(shots, 'nb-sign-desk.png') })
    await page.context().close()
  })
})
