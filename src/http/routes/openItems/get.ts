import { z } from 'zod'
import { getOpenItem } from '../../../reconciliation/open-items.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { openItem, openItemOf } from './schema.ts'

export const getOpenItemRoute = defineRoute({
  method: 'GET',
  path: '/v1/openItems/:openItemId',
  operationId: 'getOpenItem',
  summary: 'Read an open item',
  tag: 'openItems',
  scope: 'read',
  params: z.object({ openItemId: id('openItem') }),
  answer: { status: 200, schema: openItem },
  problems: [],
  async handle({ tx, params }) {
    return openItemOf(await getOpenItem(tx, params.openItemId))
  },
})
