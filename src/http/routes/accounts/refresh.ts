import { z } from 'zod'
import { askForRefresh } from '../../../statements/refresh.ts'
import { defineRoute } from '../../define-route.ts'
import { instant } from '../../wire.ts'
import { syncJob, syncJobOf } from '../syncJobs/schema.ts'
import { accountParams } from './schema.ts'

const presentPsu = z
  .strictObject({
    ipAddress: z.union([z.ipv4(), z.ipv6()]).describe("Address that this person's own request came from."),
    userAgent: z
      .string()
      .regex(/^[\x20-\x7e]{1,500}$/, 'printable ASCII, as it came in the header')
      .optional(),
  })
  .describe(
    'The person who is using your system right now. Leave it out when there is none: presence is never faked.',
  )

const asked = syncJob
  .extend({ dueAt: instant.describe('When the account is read: now, or once the bank allows it.') })
  .meta({ id: 'SyncJobAskedFor' })

export const refreshAccount = defineRoute({
  method: 'POST',
  path: '/v1/accounts/:accountId/refresh',
  operationId: 'refreshAccount',
  summary: 'Read an account now',
  description:
    'With a person present the bank does not count the read, and days that were never read are asked for too. Without ' +
    'one it uses one of the few unattended reads that a bank allows a day; are they used up, the job is `waiting_quota` ' +
    'and done at `dueAt`. An address of a private network is nobody to a bank: such a read is one without a person.',
  tag: 'accounts',
  scope: 'write',
  creates: false,
  params: accountParams,
  body: z.strictObject({ psu: presentPsu.optional() }).default({}),
  answer: { status: 202, schema: asked },
  problems: ['state_conflict', 'account_busy'],
  async handle({ tx, params, body, caller, ports }) {
    const psu = body.psu && {
      ipAddress: body.psu.ipAddress,
      ...(body.psu.userAgent ? { userAgent: body.psu.userAgent } : {}),
    }
    const input = { accountId: params.accountId, ...(psu ? { psu } : {}) }
    const { job, dueAt } = await askForRefresh(ports, tx, caller.actor, input)
    return { ...syncJobOf(job), dueAt }
  },
})
