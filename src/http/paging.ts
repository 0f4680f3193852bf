import { z } from 'zod'
import { Problem } from '../domain/problems.ts'

/** Query of every list: `?limit=&after=`. Spread it next to a resource's own filters. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().min(1).max(500).optional().describe('`nextCursor` of the page before.'),
}

/** Answer of every list; `nextCursor` is null on the last page. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() })
}

/** What a list sorts by, as text, in order: the row after a cursor comes after these values. */
export type CursorKeys = readonly [string, ...string[]]

/**
 * Makes the page of the `limit + 1` rows that were read: the extra row only tells that there is more.
 * `keys` are the sort values of a row; they must order the list without ties.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  keys: (row: Row) => CursorKeys,
): { data: Row[]; nextCursor: string | null } {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const more = rows.length > limit && last !== undefined
  return { data, nextCursor: more ? writeCursor(keys(last)) : null }
}

/** The opaque form of sort values; `readCursor` takes it back. */
export function writeCursor(keys: CursorKeys): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url')
}

/** No database takes a NUL. */
const cursorText = z.array(z.string().regex(/^[^\0]*$/)).min(1)

/**
 * The sort values that a cursor stands for, or null without one.
 * @throws Problem `invalid_request` when it was not made by `pageOf` with as many keys.
 */
export function readCursor<const Keys extends readonly string[]>(
  after: string | undefined,
  ...names: Keys
): { [Name in Keys[number]]: string } | null {
  if (after === undefined) return null
  const keys = decode(after)
  if (keys?.length !== names.length) throw badCursor()
  return Object.fromEntries(names.map((name, i) => [name, keys[i]])) as { [Name in Keys[number]]: string }
}

/**
 * The sort values of a cursor that another list of the same kind must not go on from: its first key is the place it was
 * made in (the account, the filters), and another place's would skip rows without a word.
 * @throws Problem `invalid_request` when it was not made there.
 */
export function readCursorOf<const Keys extends readonly string[]>(
  place: string,
  after: string | undefined,
  ...names: Keys
): { [Name in Keys[number]]: string } | null {
  const keys: readonly string[] = ['place', ...names]
  const cursor: Readonly<Record<string, string>> | null = readCursor(after, ...keys)
  if (cursor && cursor.place !== place) throw badCursor()
  return cursor as { [Name in Keys[number]]: string } | null
}

export function badCursor(detail = 'The cursor is not one that this list gave.'): Problem {
  return new Problem('invalid_request', {
    detail,
    errors: [{ path: 'query.after', message: 'Not a cursor of this list' }],
  })
}

function decode(after: string): string[] | null {
  try {
    const read = cursorText.safeParse(JSON.parse(Buffer.from(after, 'base64url').toString()))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
