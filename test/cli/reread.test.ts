import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { rereadFiles, type Wanted } from '../../src/cli/reread.ts'
import { importFile } from '../../src/statements/files.ts'
import { type Bench, openBenches } from '../support/account-at-bank.ts'
import { camt } from '../support/camt-text.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
})
afterEach(() => at.close())

const terminal = () => {
  const [out, err]: [string[], string[]] = [[], []]
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  return {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    stdin: nothing(),
    told: out,
    wrong: err,
  }
}
const actor = { kind: 'api_key', id: 'test' } as const
const hand = async (bytes: Uint8Array, name: string) =>
  (await at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, name, bytes, actor }))).file
const run = async (wanted: Wanted) => {
  const io = terminal()
  const code = await rereadFiles(at.db, at.ports, { client: at.clientId, ...wanted }, io)
  return { code, lines: io.told.join('').trimEnd().split('\n'), wrong: io.wrong.join('') }
}

const day = '2026-03-02'
const statement = camt({ id: 'S1', day, opening: 100n, rows: [{ day, minor: 700n, text: 'Faktura' }] })

test('prints what became of each file, and again the same', async () => {
  const good = await hand(statement, 'mars.xml')
  const bad = await hand(Buffer.from('hei'), 'hei.txt')
  const all = await run({})
  expect(all.code).toBe(1)
  expect(all.lines[0]).toMatch(/^file +before +after +added +revised +name$/)
  expect(all.lines).toHaveLength(3)
  expect(all.lines.slice(1).join('\n')).toMatch(
    new RegExp(`${good.id} +imported +imported_no_change +0 +0 +mars.xml`),
  )
  expect(all.lines.slice(1).join('\n')).toMatch(new RegExp(`${bad.id} +failed +failed +0 +0 +hei.txt`))
  expect((await run({ file: good.id })).code).toBe(0)
  expect((await run({ states: ['failed'] })).lines).toHaveLength(2)
  expect(await run({ states: ['partial'] })).toMatchObject({ code: 1, wrong: 'There is no such file.\n' })
})

test('a file whose bytes were destroyed stays as it is', async () => {
  const { id, archiveId } = await hand(statement, 'mars.xml')
  await at.within((tx) => tx.prisma.archive.deleteMany({ where: { clientId: tx.clientId, id: archiveId } }))
  const { code, lines } = await run({ file: id })
  expect(code).toBe(1)
  expect(lines[1]).toMatch(/imported +its bytes are gone/)
})

test.each([
  [[], 'name one file, one state, or --all'],
  [['--all', '--file', 'fil_1'], 'name one file'],
  [['--state', 'odd'], '--state is one of'],
  [['--what'], 'there is no option "--what"'],
  [['--file'], '--file needs a value'],
])('%j is refused', async (args, why) => {
  const io = terminal()
  expect(await main(['reread', ...args], io)).toBe(2)
  expect(io.wrong.join('')).toContain(why)
})
