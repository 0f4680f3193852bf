import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { drawMachines } from '../../scripts/draw-machines.ts'
import { eventTypes } from '../../src/domain/events.ts'
import { newWebhookSecret, webhookHeaders } from '../../src/events/webhook-signature.ts'
import { anchors, blocks, isThere, localLinks, pages, read, root } from './pages.ts'

describe('what people read is true', () => {
  test.each(pages())('%s: every link leads somewhere', (page) => {
    const markdown = read(page)
    const broken = localLinks(markdown).filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? page : posix.normalize(posix.join(posix.dirname(page), file))
      if (!isThere(target)) return true
      return anchor !== undefined && target.endsWith('.md') && !anchors(read(target)).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  test('every page of docs/ is linked from the README or another page', () => {
    const linked = pages().flatMap((page) =>
      localLinks(read(page)).map((link) =>
        posix.normalize(posix.join(posix.dirname(page), link.split('#')[0] ?? '')),
      ),
    )
    expect(pages().filter((page) => page.startsWith('docs/') && !linked.includes(page))).toEqual([])
  })

  test('every variable of the configuration is described, and no other', () => {
    const known = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name)
    const told = [...read('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(
      ([, name]) => name,
    )
    expect(known.length).toBeGreaterThan(30)
    expect(told.toSorted()).toEqual(known.toSorted())
  })

  test('every variable in the example for servers exists', () => {
    const known = read('src/config.ts')
    const used = [...read('deploy/kontobro.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
    expect(used.filter((name) => !known.includes(`  ${name}:`))).toEqual([])
  })

  test('every member of a bank row is described, with its default', () => {
    const shape = /berlinGroupSchema = z\.strictObject\(\{([\s\S]*?)\n\}\)/.exec(
      read('src/connectors/institutions.ts'),
    )
    const known = [...(shape?.[1] ?? '').matchAll(/^ {2}(\w+)[:,]/gm)].map(([, name]) => name)
    const told = [...read('docs/configuration.md').matchAll(/^\| `([a-z]\w+)` \|/gm)].map(([, name]) => name)
    expect(told.toSorted()).toEqual(known.filter((name) => name !== 'type').toSorted())
  })

  test('the event types are those of the catalogue, in its words', () => {
    const told = [...read('docs/events-and-webhooks.md').matchAll(/^\| `([a-z_.]+)` \| (.+) \|$/gm)]
    expect(told.map(([, type, meaning]) => [type, meaning])).toEqual(Object.entries(eventTypes))
  })

  test('commands that pages name exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const commands = read('src/cli/main.ts')
    const wrong = pages().flatMap((page) => {
      const text = read(page)
      const runs = [...text.matchAll(/npm run (?:--silent )?([a-z]+)/g)].map(([, name = '']) => name)
      const files = [
        ...text.matchAll(/node (?:node_modules\/\.bin\/)?((?:scripts|src|bin|sandbox)\/[\w./-]+)/g),
      ]
      const calls = [...text.matchAll(/kontobro(?:\.js)? (inspect|client \w+|audit \w+)/g)].map(
        ([, name = '']) => name,
      )
      return [
        ...runs.filter((name) => !(name in scripts)),
        ...files.map(([, file = '']) => file).filter((file) => !isThere(file)),
        ...calls.filter((name) => !commands.includes(`'${name}'`)),
      ].map((name) => `${page}: ${name}`)
    })
    expect(wrong).toEqual([])
  })

  test('the README lists every folder of src/', () => {
    const folders = readdirSync(`${root}src`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'generated')
      .map((entry) => `\`${entry.name}/\``)
    const readme = read('README.md')
    expect(folders.filter((name) => !readme.includes(name))).toEqual([])
  })

  test('the pictures of the state machines are those of the tables', () => {
    const drawn = drawMachines()
    const stale = [...drawn].filter(
      ([name, svg]) => !isThere(`docs/pictures/${name}`) || read(`docs/pictures/${name}`) !== svg,
    )
    expect(
      stale.map(([name]) => name),
      'run: node scripts/draw-machines.ts',
    ).toEqual([])
  })

  test('the sample that verifies webhook signatures takes ours and refuses others', async () => {
    const [code = ''] = blocks(read('docs/events-and-webhooks.md'), 'js')
    const folder = mkdtempSync(join(tmpdir(), 'kontobro-docs-'))
    try {
      const file = join(folder, 'verify.mjs')
      writeFileSync(file, code)
      const { verify } = (await import(pathToFileURL(file).href)) as {
        verify(secret: string, headers: Record<string, string>, body: string): void
      }
      const secret = newWebhookSecret()
      const body = JSON.stringify({ id: 'evt_1', data: { text: 'æøå' } })
      const headers = webhookHeaders(secret, 'evt_1', new Date(), body)
      verify(secret, headers, body)
      verify(secret, { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` }, body)
      expect(() => verify(secret, headers, `${body} `)).toThrow('wrong signature')
      expect(() => verify(newWebhookSecret(), headers, body)).toThrow('wrong signature')
      expect(() => verify(secret, { ...headers, 'webhook-id': 'evt_2' }, body)).toThrow('wrong signature')
      const old = webhookHeaders(secret, 'evt_1', new Date(Date.now() - 600_000), body)
      expect(() => verify(secret, old, body)).toThrow('too old')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
