// The rules of the house, read off the source tree itself.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = ['src', 'sandbox', 'test', 'scripts', 'bench', 'bin']
const generated = 'src/generated/'

type Source = { readonly path: string; readonly text: string; readonly imports: readonly string[] }

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

const present = new Set(readdirSync(root))
const paths = folders.filter((folder) => present.has(folder)).flatMap(filesIn)
const sources: readonly Source[] = paths
  .filter((path) => /\.[jt]s$/.test(path) && !path.startsWith(generated))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, text, imports: importsOf(path, text) }
  })
const inSrc = sources.filter(({ path }) => path.startsWith('src/'))
const byPath = new Map(sources.map((source) => [source.path, source]))

/** What a file imports: files by their path from the root, packages by their name. Types count too. */
function importsOf(path: string, text: string): string[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|import\s*\(?\s*'([^']+)'/g
  const named = [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '')
  return named.map((name) => (name.startsWith('.') ? posix.join(dirname(path), name) : name))
}

/** Without comments and string contents, so that words in them break no rule. Lines stay where they are. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1')
}

const room = (path: string): string => /^src\/(\w[\w-]*)/.exec(path)?.[1] ?? ''

/** Imports run one way: a room may use those before it. Rooms in one line never use each other. */
const order: readonly (readonly string[])[] = [
  ['domain', 'generated', 'config'],
  ['db', 'test-clock'],
  ['protocols'],
  ['connectors'],
  // `archive`, `vault` and `due-work` are the ground that every room with a database stands on.
  ['vault', 'due-work', 'archive', 'ground', 'audit', 'events', 'database'],
  ['consent'],
  ['statements'],
  ['payments'],
  ['reconciliation'],
  ['jobs', 'http', 'web'],
  ['gateway'],
  ['main'],
  ['cli'],
]
const rank = new Map(order.flatMap((line, i) => line.map((name) => [name, i] as const)))
const ground = new Set(order[4])
const groundUses = new Set(['domain', 'db', 'generated', ...ground])

test('every room has its place, and imports run one way', () => {
  const wrong: string[] = []
  for (const { path, imports } of inSrc) {
    const here = rank.get(room(path))
    if (here === undefined) wrong.push(`${path}: no such room in the order`)
    for (const target of imports.filter((name) => name.startsWith('src/'))) {
      if (room(target) === room(path)) continue
      const there = rank.get(room(target)) ?? Number.POSITIVE_INFINITY
      const amongGround = ground.has(room(path)) && ground.has(room(target))
      if (!amongGround && there >= (here ?? 0)) wrong.push(`${path} imports ${target}`)
    }
  }
  expect(wrong).toEqual([])
})

test('domain, protocols and the ground know nothing above them', () => {
  const wrong = inSrc.flatMap(({ path, imports }) =>
    imports
      .filter((target) => target.startsWith('src/') && room(target) !== room(path))
      .filter((target) => {
        if (room(path) === 'domain') return true
        if (room(path) === 'protocols') return room(target) !== 'domain'
        if (room(path) === 'connectors') return !['domain', 'protocols'].includes(room(target))
        return ground.has(room(path)) && !groundUses.has(room(target))
      })
      .map((target) => `${path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('src imports nothing of sandbox, test or scripts; the sandbox nothing of src', () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((target) =>
        path.startsWith('src/')
          ? /^(sandbox|test|scripts|bench)\//.test(target)
          : path.startsWith('sandbox/') && /^(src|test|scripts|bench)\//.test(target),
      )
      .map((target) => `${path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('no file reaches itself by its imports', () => {
  const cycles: string[] = []
  const done = new Set<string>()
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) {
      cycles.push([...way.slice(way.indexOf(path)), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const target of runtimeImports(byPath.get(path))) walk(target, [...way, path])
    done.add(path)
  }
  for (const { path } of sources) walk(path, [])
  expect(cycles).toEqual([])
})

/** Imports that are there when the program runs: two files may know each other's types. */
function runtimeImports(source: Source | undefined): string[] {
  if (!source) return []
  const withoutTypes = source.text.replace(
    /(^|\n)\s*(?:import|export)\s+type\b[^'"`;]*?from\s*'[^']+'/g,
    '$1',
  )
  return importsOf(source.path, withoutTypes).filter((target) => byPath.has(target))
}

test('no dead files: everything in src is reached from what people start', () => {
  const starts = ['src/main.ts', 'src/cli/main.ts', 'src/gateway.ts']
  const live = new Set(starts)
  for (const path of live) for (const target of byPath.get(path)?.imports ?? []) live.add(target)
  const dead = inSrc.map(({ path }) => path).filter((path) => !live.has(path))
  expect(dead).toEqual([])
})

test('files fit in one look: at most 300 lines', () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > (path.startsWith('test/') ? 350 : 300))
  expect(long).toEqual([])
})

/** Lines of each function declared at the start of a line, head and end included. */
function functionsOf(text: string): { name: string; lines: number }[] {
  const found: { name: string; lines: number }[] = []
  const lines = text.split('\n')
  for (const [start, line] of lines.entries()) {
    const name = /^(?:export )?(?:async )?function\*? (\w+)/.exec(line)?.[1]
    if (!name) continue
    const length = lines.slice(start).indexOf('}')
    found.push({ name, lines: length + 1 })
  }
  return found
}

/** Longer than a screen, and why. */
const longFunctions: Readonly<Record<string, string>> = {
  bokmal1: 'the words of a document, in their order',
  english1: 'the words of a document, in their order',
  configuration: 'the settings of the provider library, one after another',
  createGateway: 'the wiring, a line per part',
  createVault: 'functions that share two keys',
  apiClient: 'functions that share one key',
  openBrowser: 'functions that share a jar of cookies',
}

test('functions fit a screen: at most 50 lines', () => {
  const long = sources
    .filter(({ path }) => !path.startsWith('test/'))
    .flatMap(({ path, text }) => functionsOf(text).map((found) => ({ path, ...found })))
    .filter(({ name, lines }) => lines > (name in longFunctions ? 110 : 50))
  expect(long).toEqual([])
})

/** Where real time is meant, and why. */
const ownClocks: Readonly<Record<string, string>> = {
  'src/domain/clock.ts': 'the machine’s clock itself',
}

test('no foreign clocks: time comes from the injected one', () => {
  const wrong = inSrc
    .filter(({ path }) => !(path in ownClocks))
    .flatMap(({ path, text }) =>
      codeOf(text)
        .split('\n')
        .map((line, i) => ({ line, at: `${path}:${i + 1}` }))
        // `clock.now()` is the injected one; `now()` by itself is the database's.
        .filter(({ line }) =>
          /\bDate\.now\(|\bnew Date\(\)|(?<![.\w])now\(\)(?!:| \{)|current_timestamp|clock_timestamp|localtimestamp/i.test(
            line,
          ),
        )
        .map(({ at, line }) => `${at} ${line.trim()}`),
    )
  expect(wrong).toEqual([])
})

test('the migrations give no row a time of their own', () => {
  const sql = filesIn('prisma/migrations').filter((path) => path.endsWith('.sql'))
  const wrong = sql.filter((path) => {
    const text = readFileSync(join(root, path), 'utf8').replace(/--.*$/gm, '')
    return /(?<![.\w])now\(\)|current_timestamp|clock_timestamp/i.test(text)
  })
  expect(sql.length).toBeGreaterThan(0)
  expect(wrong).toEqual([])
})

test('process.env is read in one place', () => {
  const readers = inSrc.filter(({ text }) => codeOf(text).includes('process.env')).map(({ path }) => path)
  expect(readers).toEqual(['src/config.ts'])
})

test('BullMQ lives in jobs only', () => {
  const users = inSrc.filter(({ imports }) => imports.some((name) => /^(bullmq|ioredis)/.test(name)))
  // Its tables are made by the owner of the database, along with ours.
  const allowed = (path: string) => path.startsWith('src/jobs/') || path === 'src/database/migrate.ts'
  expect(users.map(({ path }) => path).filter((path) => !allowed(path))).toEqual([])
})

test('nothing is left for later, and no test is left out without a word', () => {
  const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME'].join('|')})\\b`)
  const only = new RegExp(`\\b(?:test|it|describe)\\.${'on' + 'ly'}\\b`)
  const wrong = sources
    .filter(({ text }) => marks.test(text) || only.test(codeOf(text)))
    .map(({ path }) => path)
  expect(wrong).toEqual([])
  // A skipped test prints its reason: itself, by the helper that looks beside the project, or in its title.
  const reason = /console\.(log|warn)|process\.std(out|err)\.write|besideProject|corpusMissing|skipped, \$/
  const skips = /\.(skip|skipIf|runIf|todo)\b/
  const silent = sources
    .filter(({ path }) => path.startsWith('test/') && path !== 'test/tidy.test.ts')
    .filter(({ text }) => skips.test(codeOf(text)) && !reason.test(text))
    .map(({ path }) => path)
  expect(silent).toEqual([])
})

test('versions are exact: what was tested is what is installed', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
  const groups = ['dependencies', 'devDependencies', 'overrides']
  const loose = groups
    .flatMap((group) => Object.entries((manifest[group] ?? {}) as Record<string, string>))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
  expect(loose).toEqual([])
})

/** Not named in our own source, and why they are there. */
const loadedByOthers: Readonly<Record<string, string>> = {
  '@prisma/client': 'the runtime of the generated client',
  '@fontsource/inter': 'the font of the documents, read as a file',
}

test('no package is installed that nothing uses', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object }
  const used = inSrc.map(({ text }) => text).join('\n')
  const unused = Object.keys(manifest.dependencies).filter((name) => !used.includes(`'${name}`))
  expect(unused.filter((name) => !(name in loadedByOthers))).toEqual([])
})
