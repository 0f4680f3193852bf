import { type Actor, recordAudit } from '../audit/record.ts'
import { getCompany } from '../consent/companies.ts'
import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import type { Money } from '../domain/money.ts'
import { normaliseAccount } from '../domain/norwegian.ts'
import { invalidRequest, notFound, Problem } from '../domain/problems.ts'
import { appendEvent } from '../events/append.ts'
import { reconcileAll } from './schedule.ts'

export type NewOpenItem = {
  readonly companyId: string
  /** The accounting system's own id, unique within the company. */
  readonly externalId: string
  readonly direction: 'receivable' | 'payable'
  readonly amount: Money
  readonly kid?: string
  readonly dueDate?: string
  readonly counterpartyName?: string
  readonly counterpartyAccount?: string
  readonly voucher?: string
}
export type OpenItemRow = Awaited<ReturnType<Tx['prisma']['openItem']['findUniqueOrThrow']>>

/** Takes an open item in, and looks for its payment at once. @throws Problem `not_found`, `open_item_exists`. */
export async function createOpenItem(tx: Tx, actor: Actor, input: NewOpenItem): Promise<OpenItemRow> {
  const company = await getCompany(tx, input.companyId)
  if (input.amount.minor <= 0n) {
    throw invalidRequest([
      { path: 'body.amount', message: 'the amount must be more than zero; direction says which way' },
    ])
  }
  const key = { clientId: tx.clientId, companyId: company.id, externalId: input.externalId }
  const made = await tx.prisma.openItem.createMany({
    data: [
      {
        id: newId('openItem', tx.now),
        ...key,
        direction: input.direction,
        state: 'open',
        kid: input.kid ?? null,
        amountMinor: input.amount.minor,
        remainingMinor: input.amount.minor,
        currency: input.amount.currency,
        dueDate: input.dueDate ?? null,
        counterpartyName: input.counterpartyName ?? null,
        counterpartyAccount: input.counterpartyAccount ? normaliseAccount(input.counterpartyAccount) : null,
        voucher: input.voucher ?? null,
        createdAt: tx.now,
      },
    ],
    skipDuplicates: true,
  })
  const item = await tx.prisma.openItem.findUniqueOrThrow({ where: { clientId_companyId_externalId: key } })
  if (made.count === 0) throw new Problem('open_item_exists', `${input.externalId} is ${item.id}.`)
  const about = { resourceType: 'open_item', resourceId: item.id, companyId: company.id }
  await recordAudit(tx, { actor, action: 'open_item.create', ...about })
  await appendEvent(tx, { type: 'open_item.created', ...about })
  if (item.kid) await reconcileAll(tx, company.id)
  return item
}

/** @throws Problem `not_found`. */
export async function getOpenItem(tx: Tx, id: string): Promise<OpenItemRow> {
  const item = await tx.prisma.openItem.findUnique({ where: { id } })
  if (!item) throw notFound('open item', id)
  return item
}
