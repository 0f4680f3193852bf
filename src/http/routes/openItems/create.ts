import { createOpenItem } from '../../../reconciliation/open-items.ts'
import { defineRoute } from '../../define-route.ts'
import { newOpenItem, openItem, openItemOf } from './schema.ts'

export const createOpenItemRoute = defineRoute({
  method: 'POST',
  path: '/v1/openItems',
  operationId: 'createOpenItem',
  summary: 'Hand in an open item',
  description: 'Its payment is looked for at once, and whenever new transactions arrive.',
  tag: 'openItems',
  scope: 'write',
  body: newOpenItem,
  answer: { status: 201, schema: openItem },
  problems: ['not_found', 'open_item_exists'],
  async handle({ tx, body, caller }) {
    const { kid, dueDate, counterpartyName, counterpartyAccount, voucher, ...rest } = body
    const item = await createOpenItem(tx, caller.actor, {
      ...rest,
      ...(kid ? { kid } : {}),
      ...(dueDate ? { dueDate } : {}),
      ...(counterpartyName ? { counterpartyName } : {}),
      ...(counterpartyAccount ? { counterpartyAccount } : {}),
      ...(voucher ? { voucher } : {}),
    })
    return openItemOf(item)
  },
})
