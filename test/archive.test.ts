import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { archive, unarchive } from '../src/archive.ts'
import { type Rooms, testRooms } from './support/rooms.ts'

let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
afterAll(() => rooms?.close())

it.each([0, 1, 1_048_575, 1_048_576, 3_000_001])('%i bytes are kept as they came in', async (size) => {
  const bytes = randomBytes(size)
  const { vault } = rooms.ports
  const id = await rooms.run((tx) =>
    archive(tx, vault, { companyId: null, kind: 'bank_answer', mediaType: 'x/y', bytes }),
  )
  expect((await rooms.run((tx) => unarchive(tx, vault, id))).equals(bytes)).toBe(true)
})

it('what was changed on disk is not read', async () => {
  const { vault } = rooms.ports
  const id = await rooms.run((tx) =>
    archive(tx, vault, {
      companyId: null,
      kind: 'bank_answer',
      mediaType: 'x/y',
      bytes: Buffer.from('as it came'),
    }),
  )
  await rooms.run((tx) =>
    tx.sql.query(
      'update archive set bytes = set_byte(bytes, length(bytes) - 1, get_byte(bytes, length(bytes) - 1) # 1) where id = $1',
      [id],
    ),
  )
  await expect(rooms.run((tx) => unarchive(tx, vault, id))).rejects.toThrow()
})
