import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addEntries, removeEntries, reviseEntries } from '../../src/statements/apply.ts'
import { type ChangesCursor, readChanges } from '../../src/statements/changes.ts'
import { loadEntries } from '../../src/statements/entry-rows.ts'
import { toObserved } from '../../src/statements/normal.ts'
import { type Bench, entryOf, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  return () => at.close()
})

const source = { id: 'test', route: 'bank:main' } as const
const owner = () => ({ id: at.accountId, companyId: at.companyId })
const rowOf = (minor: bigint, text: string) => {
  const row = toObserved(entryOf({ day: '2026-03-02', minor, text }))
  if (!row) throw new Error('no row')
  return row
}

const add = (...texts: string[]) =>
  at.within((tx) =>
    addEntries(
      tx,
      owner(),
      source,
      texts.map((text, i) => rowOf(BigInt(100 + i), text)),
    ),
  ) as Promise<string[]>
const revise = (id: string, text: string) =>
  at.within(async (tx) => {
    const [entry] = await loadEntries(tx, [id])
    if (!entry) throw new Error('no entry')
    const row = rowOf(entry.content.amountMinor, text)
    await reviseEntries(tx, owner(), source, [
      {
        entry,
        row,
        content: row.content,
        aliases: [],
        state: 'booked',
        hash: row.hash,
        identityHash: row.identityHash,
        reason: 'content',
        confidence: 'high',
      },
    ])
  })
const remove = (id: string) =>
  at.within(async (tx) => removeEntries(tx, owner(), source, await loadEntries(tx, [id])))

const beginning: ChangesCursor = { at: 0n, since: 0n }
const read = (after = beginning, limit = 100, takenOver = false) =>
  at.within((tx) => readChanges(tx, at.accountId, { after, limit, takenOver })) as ReturnType<
    typeof readChanges
  >
const told = async (after = beginning, limit = 100) => {
  const { changes, next, more } = await read(after, limit)
  return { said: changes.map(({ change, transaction }) => `${change} ${transaction.text}`), next, more }
}

test('what was added, revised and removed since is told once each, in the order of the last change', async () => {
  const [one = '', two = ''] = await add('en', 'to', 'tre')
  const first = await told()
  expect(first).toMatchObject({ said: ['added en', 'added to', 'added tre'], more: false })
  await revise(one, 'en, ny tekst')
  await add('fire')
  await revise(one, 'en, nyere tekst')
  await remove(two)
  const second = await told(first.next)
  expect(second.said).toEqual(['added fire', 'revised en, nyere tekst', 'removed to'])
  expect(await told(second.next)).toMatchObject({ said: [], more: false, next: second.next })
  expect((await told()).said).toEqual(['added tre', 'added fire', 'added en, nyere tekst', 'removed to'])
})

test('what was added behind the reader and changed before it got there is still told as added', async () => {
  const ids = await add('en', 'to', 'tre', 'fire')
  const first = await told(beginning, 2)
  expect(first).toMatchObject({ said: ['added en', 'added to'], more: true })
  await revise(ids[2] ?? '', 'tre, ny')
  const second = await told(first.next, 1)
  expect(second.said).toEqual(['added fire'])
  const third = await told(second.next)
  expect(third.said).toEqual(['added tre, ny'])
  await revise(ids[2] ?? '', 'tre, nyere')
  expect((await told(third.next)).said).toEqual(['revised tre, nyere'])
})

test('what was taken over from elsewhere is told only to who asks for it', async () => {
  const [one = ''] = await add('kjent fra før', 'ny')
  await at.within((tx) => tx.prisma.entry.update({ where: { id: one }, data: { takenOver: true } }))
  expect((await told()).said).toEqual(['added ny'])
  const all = await read(beginning, 100, true)
  expect(all.changes.map(({ transaction }) => transaction.text)).toEqual(['kjent fra før', 'ny'])
})

test('however many write at once, a reader that goes on misses nothing', async () => {
  const writers = 6
  const rounds = 12
  let writing = writers
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const write = async (name: number) => {
    for (let i = 0; i < rounds; i++) {
      const ids = (await at.within(async (tx) => {
        const made = await addEntries(tx, owner(), source, [
          rowOf(BigInt(i), `${name}-${i}a`),
          rowOf(1n, `${name}-${i}b`),
        ])
        await pause((name * 7 + i * 3) % 11)
        return made
      })) as string[]
      if (i % 3 === 0) await revise(ids[0] ?? '', `${name}-${i} ny`)
      if (i % 4 === 0) await remove(ids[1] ?? '')
    }
    writing--
  }
  const seen = new Map<string, string>()
  const follow = async () => {
    let after = beginning
    for (;;) {
      const over = writing === 0
      const { changes, next, more } = await read(after, 5)
      for (const { change, transaction } of changes) {
        if (change === 'revised') expect(seen.has(transaction.id)).toBe(true)
        seen.set(transaction.id, `${transaction.state} ${transaction.text} ${transaction.revision}`)
      }
      after = next
      if (over && !more) return
    }
  }
  await Promise.all([follow(), ...Array.from({ length: writers }, (_none, name) => write(name))])
  const rows = await at.within((tx) => tx.prisma.entry.findMany())
  const there = (rows as { id: string; state: string; text: string | null; revision: number }[]).map(
    (row) => [row.id, `${row.state} ${row.text} ${row.revision}`] as const,
  )
  expect(there).toHaveLength(writers * rounds * 2)
  expect(new Map([...seen].sort())).toEqual(new Map(there.toSorted()))
}, 60_000)
