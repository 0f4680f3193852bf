import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type BankId, type Customer, expectTruth, type Lab, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
}, 60_000)
afterEach(() => lab.clear())
afterAll(() => lab?.close())

/** Ids of booked entries by what they are, removed ones too: no entry may come or go without the bank. */
async function booked(at: Customer) {
  const rows = (await at.entries()).filter(({ state }) => state !== 'pending')
  return { ids: rows.map(({ id }) => id), removed: rows.filter(({ state }) => state === 'removed').length }
}

test('without a fault all is stored as the ledger has it, and every day before today that is judged is proven', async () => {
  const at = await lab.customer()
  await at.connected()
  await expectTruth(at)
  const today = lab.today()
  const days = [...(await at.proofs())].filter(([date]) => date < today)
  expect(days.length).toBeGreaterThan(60)
  expect(new Set(days.map(([, proof]) => proof))).toEqual(new Set(['proven']))
})

describe('ids that are none', () => {
  test.each<[string, BankId]>([
    ['ids_reissued', 'fjordbanken'],
    ['ids_reissued', 'tindebanken'],
    ['ids_blank', 'tindebanken'],
    ['entry_reference_null', 'fjordbanken'],
    ['ids_shared', 'tindebanken'],
    ['ids_renumbered', 'fjordbanken'],
  ])('%s at %s: nothing lost, nothing twice, nothing renamed', async (name, bank) => {
    const at = await lab.customer(bank)
    await lab.fault(bank, name)
    await at.connected()
    await expectTruth(at)
    const before = await booked(at)
    await at.book('-49.00', { text: 'Gebyr' })
    await at.book('-49.00', { text: 'Gebyr' })
    await at.book('125.50', { text: 'Refusjon' })
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ state: 'succeeded', added: 3, revised: 0, removed: 0 })
    await expectTruth(at)
    await lab.clear()
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ state: 'succeeded_no_change' })
    await expectTruth(at)
    const after = await booked(at)
    expect(after.ids.slice(0, before.ids.length)).toEqual(before.ids)
    expect(after.removed).toBe(0)
  })
})

describe('words that change', () => {
  test.each<[string, BankId]>([
    ['text_enriched', 'tindebanken'],
    ['date_prefix', 'fjordbanken'],
  ])('%s at %s: the rows are revised, none is stored twice', async (name, bank) => {
    const at = await lab.customer(bank)
    for (const text of ['Kaffe', 'Kontorrekvisita', 'Kaffe']) await at.book('-100.00', { text })
    await at.book('-100.00', { text: 'Varekjøp', counterparty: 'Testbutikken AS' })
    await lab.fault(bank, name)
    await at.connected()
    const amounts = await at.amounts()
    const before = await booked(at)
    expect(amounts).toHaveLength((await at.ledger()).length)
    expect(await at.stored()).not.toEqual(await at.ledger())
    await lab.clear()
    await lab.pass('PT6H')
    const result = await at.sync()
    expect(result).toMatchObject({ state: 'succeeded', added: 0, removed: 0 })
    expect(result.revised).toBeGreaterThan(3)
    await expectTruth(at)
    expect(await booked(at)).toEqual(before)
    await lab.pass('PT6H')
    expect(await at.sync()).toMatchObject({ state: 'succeeded_no_change' })
  })
})

describe('reservations', () => {
  test('hold_as_booked: the hold is gone once the booking is there, and its day is not proven meanwhile', async () => {
    const at = await lab.customer()
    await at.connected()
    const today = lab.today()
    await at.hold('-437.20', 'Bensin')
    await lab.fault('fjordbanken', 'hold_as_booked')
    await at.sync()
    expect(await at.stored()).toContainEqual(`${today} | -44000 | - | RESERVERT | -`)
    expect((await at.proofs()).get(today)).not.toBe('proven')
    await lab.pass('P2D')
    await lab.clear()
    await at.sync()
    await expectTruth(at)
    expect((await at.stored()).filter((row) => row.includes('RESERVERT'))).toEqual([])
    expect((await at.entries()).filter(({ state }) => state === 'pending')).toEqual([])
    expect((await at.proofs()).get(today)).toBe('proven')
  })

  test.each(['hold_amount', 'pending_undated'])(
    '%s: the pending row gives way to the booked one',
    async (name) => {
      const at = await lab.customer()
      await at.connected()
      await at.hold('-88.40', 'Lunsj')
      await at.hold('-88.40', 'Lunsj')
      await lab.fault('fjordbanken', name)
      await at.sync()
      const pending = async () => (await at.entries()).filter(({ state }) => state === 'pending')
      expect(await pending()).toHaveLength(2)
      expect((await pending()).map(({ amountMinor }) => amountMinor)).toEqual(
        name === 'hold_amount' ? [-9000n, -9000n] : [-8840n, -8840n],
      )
      await expectTruth(at)
      await lab.pass('P2D')
      await at.sync()
      expect(await pending()).toEqual([])
      await expectTruth(at)
    },
  )
})
