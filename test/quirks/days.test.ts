import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { type Customer, expectTruth, type Lab, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
}, 60_000)
afterEach(() => lab.clear())
afterAll(() => lab?.close())

const fjord = 'fjordbanken'

describe('pages', () => {
  test('rows_shift: a row that two pages show counts once, one that came meanwhile is found by the next read', async () => {
    const at = await lab.customer()
    await at.discover(await at.consent())
    await lab.fault(fjord, 'rows_shift', 1)
    await at.sync()
    const [stored, ledger] = [await at.stored(), await at.ledger()]
    expect(stored).toHaveLength(ledger.length - 1)
    expect(ledger.filter((row) => !stored.includes(row))).toEqual([
      expect.stringContaining('Gebyr mens det leses'),
    ])
    await at.proofs()
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ added: 1, revised: 0, removed: 0 })
    await expectTruth(at)
  })

  test('page_empty: an empty page is not the end of the list', async () => {
    const at = await lab.customer()
    await lab.fault(fjord, 'page_empty')
    await at.connected()
    await expectTruth(at)
    expect((await at.job()).pages).toBeGreaterThan(2)
  })

  test('drop_row: a row that is left out is no secret to the proof, and has its old id when it is back', async () => {
    const at = await lab.customer()
    await at.connected()
    const before = (await at.entries()).map(({ id }) => id)
    await lab.fault(fjord, 'drop_row', 1)
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ added: 0, removed: 1 })
    const gaps = [...(await at.proofs())].filter(([, proof]) => proof === 'gap')
    expect(gaps.length).toBeGreaterThan(0)
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ added: 0, removed: 0 })
    await expectTruth(at)
    expect((await at.entries()).map(({ id }) => id)).toEqual(before)
    expect([...(await at.proofs()).values()]).not.toContain('gap')
  })
})

describe('days that are read no more', () => {
  /** Reads as they follow each other until the gap is closed. */
  async function readOn(at: Customer): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await lab.pass('PT6H')
      await at.sync()
    }
  }

  test.each(['fjordbanken', 'tindebanken'] as const)(
    'rows_shift where rows have no ids (%s): the first history is read a second time, and the row is one',
    async (bank) => {
      const at = await lab.customer(bank)
      await at.discover(await at.consent())
      await lab.fault(bank, 'ids_blank')
      await lab.fault(bank, 'rows_shift', 1)
      await at.sync()
      await readOn(at)
      await expectTruth(at)
    },
  )

  test('drop_row in the first read: so is the one that was left out', async () => {
    const at = await lab.customer()
    await at.discover(await at.consent())
    await lab.fault(fjord, 'drop_row', 1)
    await at.sync()
    await readOn(at)
    await expectTruth(at)
  })

  test('a row booked thirty days back: so is its day', async () => {
    const at = await lab.customer()
    await at.connected()
    await at.book('-500.00', { text: 'Sent bokført', bookingDate: addDays(lab.today(), -30) })
    await readOn(at)
    await expectTruth(at)
    expect([...(await at.proofs()).values()]).not.toContain('gap')
  })
})

describe('days that were over', () => {
  test('backdated_entry: it is found, its day and those after it are proven anew', async () => {
    const at = await lab.customer()
    await at.connected()
    const day = addDays(lab.today(), -5)
    await lab.fault(fjord, 'backdated_entry', 1)
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ added: 1, revised: 0, removed: 0 })
    await expectTruth(at)
    expect((await at.proofs()).get(day)).toBe('proven')
    expect((await at.events('account.day_reopened')).length).toBeGreaterThan(0)
  })

  test('row_removed: it is taken out with its history, and the days stay proven', async () => {
    const at = await lab.customer()
    await at.connected()
    const yesterday = addDays(lab.today(), -1)
    await at.book('-77.00', { text: 'Feilført', bookingDate: yesterday })
    await lab.pass('PT6H')
    await at.sync()
    await lab.fault(fjord, 'row_removed', 1)
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ added: 0, revised: 0, removed: 1 })
    await expectTruth(at)
    const [removed] = (await at.entries()).filter(({ state }) => state === 'removed')
    expect(removed).toMatchObject({ text: 'Feilført', bookingDate: yesterday })
    expect((await at.events('transaction.removed')).length).toBe(1)
    expect((await at.proofs()).get(yesterday)).toBe('proven')
  })

  test('clock_skew: a row that is dated tomorrow is stored once, on the day that the bank means', async () => {
    const at = await lab.customer()
    await at.connected()
    await at.book('-61.00', { text: 'Ute i tide' })
    await lab.fault(fjord, 'clock_skew')
    await at.sync()
    await at.proofs()
    await lab.pass('P1D')
    await lab.clear()
    await at.sync()
    await expectTruth(at)
    expect((await at.stored()).filter((row) => row.includes('Ute i tide'))).toHaveLength(1)
    await lab.pass('P1D')
    await at.sync()
    await expectTruth(at)
  })
})
