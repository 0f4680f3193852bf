import { z } from 'zod'
import { osloDate } from '../../../domain/clock.ts'
import { readUsage } from '../../../statements/usage.ts'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursorOf } from '../../paging.ts'
import { date, id } from '../../wire.ts'

const month = z
  .string()
  .regex(/^2\d{3}-(0[1-9]|1[0-2])$/, 'a month from 2000-01 to 2999-12, YYYY-MM')
  .describe('`YYYY-MM`, a month in Norway, from 2000-01 on.')

const usage = z
  .object({
    companyId: id('company'),
    month,
    activatedOn: date.nullable().describe('Bookings from this day on are metered; null while there is none.'),
    entries: z.int().describe('Metered transactions that became booked in this month.'),
    takenBack: z.int().describe('Metered ones, of any month, that the bank took back in this month.'),
    free: z
      .int()
      .describe(
        'Those that became booked in this month and are free: from before the activation, or taken over.',
      ),
  })
  .meta({ id: 'Usage' })

export const listUsage = defineRoute({
  method: 'GET',
  path: '/v1/usage',
  operationId: 'listUsage',
  summary: 'Count the metered transactions of a month, by company',
  description:
    'A transaction counts once, in the month in which it was first known as booked, in Norwegian time. The present month ' +
    'unless said. Counted from the rows each time it is asked.',
  tag: 'usage',
  scope: 'read',
  query: z.strictObject({ ...pageQuery, month: month.optional(), companyId: id('company').optional() }),
  answer: { status: 200, schema: page(usage) },
  problems: [],
  async handle({ tx, query }) {
    const asked = query.month ?? osloDate(tx.now).slice(0, 7)
    const cursor = readCursorOf(asked, query.after, 'id')
    const rows = await readUsage(tx, {
      month: asked,
      limit: query.limit,
      ...(query.companyId ? { companyId: query.companyId } : {}),
      ...(cursor ? { afterCompany: cursor.id } : {}),
    })
    const paged = pageOf(rows, query.limit, (row) => [asked, row.companyId])
    return { data: paged.data.map((row) => ({ ...row, month: asked })), nextCursor: paged.nextCursor }
  },
})
