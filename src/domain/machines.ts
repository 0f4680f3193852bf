import { defineMachine, type Machine, type Move, movesOf, type StateOf } from './machine.ts'

// Every state machine of the product (DESIGN 4). Change one here, and the database's trigger follows at the next
// migration run; a test prints the whole matrix.

export const agreementMachine = defineMachine('agreement', ['draft'], {
  draft: ['sent', 'cancelled'],
  sent: ['viewed', 'declined', 'expired', 'cancelled'],
  viewed: ['partially_signed', 'signed', 'declined', 'expired', 'cancelled'],
  partially_signed: ['signed', 'declined', 'expired', 'cancelled'],
  signed: ['screening'],
  screening: ['active', 'in_review'],
  in_review: ['active', 'rejected'],
  active: ['suspended', 'terminated'],
  suspended: ['active', 'terminated'],
  rejected: ['draft'],
  declined: [],
  expired: [],
  cancelled: [],
  terminated: [],
})
export type AgreementState = StateOf<typeof agreementMachine>

const reviewCaseMachine = defineMachine('review_case', ['open'], {
  open: ['assigned'],
  assigned: [
    'waiting_customer',
    'waiting_partner',
    'pending_second_approval',
    'approved',
    'rejected',
    'open',
  ],
  waiting_customer: ['assigned'],
  waiting_partner: ['assigned'],
  pending_second_approval: ['approved', 'rejected', 'assigned'],
  approved: ['reopened'],
  rejected: ['reopened'],
  reopened: ['assigned'],
})

export const consentMachine = defineMachine('consent', ['created'], {
  created: ['awaiting_sca', 'rejected', 'abandoned'],
  awaiting_sca: ['partially_authorised', 'awaiting_approval', 'active', 'rejected', 'abandoned'],
  partially_authorised: ['awaiting_approval', 'active', 'rejected', 'abandoned'],
  awaiting_approval: ['active', 'rejected', 'abandoned'],
  active: ['expired', 'revoked_by_user', 'revoked_by_gateway', 'terminated_by_bank'],
  rejected: [],
  abandoned: [],
  expired: [],
  revoked_by_user: [],
  revoked_by_gateway: [],
  terminated_by_bank: [],
})
export type ConsentMachineState = StateOf<typeof consentMachine>

export const connectionMachine = defineMachine('connection', ['pending_agreement', 'pending_consent'], {
  pending_agreement: ['pending_partner', 'pending_consent', 'disconnected'],
  pending_partner: ['pending_consent', 'disconnected'],
  pending_consent: ['connecting', 'disconnected'],
  connecting: ['active', 'action_required', 'pending_consent', 'disconnected'],
  active: ['degraded', 'action_required', 'paused', 'disconnected'],
  degraded: ['active', 'action_required', 'paused', 'disconnected'],
  action_required: ['connecting', 'active', 'paused', 'disconnected'],
  paused: ['active', 'action_required', 'disconnected'],
  disconnected: ['pending_consent'],
})

export const accountMachine = defineMachine('account', ['discovered'], {
  discovered: ['enabled', 'ignored', 'closed'],
  enabled: ['stale', 'ignored', 'closed'],
  stale: ['enabled', 'ignored', 'closed'],
  ignored: ['enabled'],
  closed: ['enabled'],
})

/** The public word is transaction; the table is `entry`. A removed row may come back when the bank states it again. */
export const entryMachine = defineMachine('entry', ['pending', 'booked'], {
  pending: ['booked', 'removed'],
  booked: ['reversed', 'removed'],
  reversed: ['removed'],
  removed: ['pending', 'booked'],
})

export const openItemMachine = defineMachine('open_item', ['open'], {
  open: ['partially_settled', 'settled', 'credited', 'written_off'],
  partially_settled: ['open', 'settled', 'credited', 'written_off'],
  settled: ['open', 'partially_settled'],
  credited: [],
  written_off: [],
})

/** What a bank may say of an order that it has, and what the account itself may show. */
const atTheBank = ['scheduled', 'executed', 'settled', 'rejected', 'cancelled'] as const
const beforeAccepted = ['partially_authorised', 'accepted', ...atTheBank, 'unknown'] as const

/**
 * `settled` can be reached from every state after the approval: a booked entry outweighs whatever our books believe.
 * It goes back to `executed` when the entry that proved it is taken back.
 */
export const paymentMachine = defineMachine('payment', ['draft'], {
  draft: ['validated', 'cancelled'],
  validated: ['pending_approval', 'cancelled'],
  pending_approval: ['approved', 'declined', 'cancelled'],
  approved: ['submitting', 'pending_approval', 'cancelled', 'accepted', 'executed', 'settled'],
  submitting: [
    'awaiting_sca',
    'awaiting_bank_approval',
    'accepted',
    'settled',
    'rejected',
    'unknown',
    'approved',
    'abandoned',
  ],
  awaiting_sca: [...beforeAccepted, 'sca_failed', 'abandoned'],
  awaiting_bank_approval: beforeAccepted,
  partially_authorised: ['accepted', ...atTheBank, 'unknown', 'sca_failed', 'abandoned'],
  accepted: atTheBank,
  scheduled: ['executed', 'settled', 'rejected', 'cancelled'],
  executed: ['settled', 'rejected'],
  settled: ['returned', 'executed'],
  unknown: [
    'awaiting_sca',
    'awaiting_bank_approval',
    'partially_authorised',
    'accepted',
    ...atTheBank,
    'not_received',
  ],
  not_received: ['approved', 'settled'],
  declined: [],
  cancelled: [],
  abandoned: ['approved', 'settled'],
  sca_failed: ['approved', 'settled'],
  rejected: ['settled'],
  returned: [],
})
export type PaymentState = StateOf<typeof paymentMachine>

/** `prepared` is written before the call; whatever is not `not_sent` may have reached the bank. */
export const attemptMachine = defineMachine('payment_attempt', ['prepared'], {
  prepared: ['answered', 'not_sent', 'unknown', 'refused'],
  unknown: ['answered', 'refused'],
  answered: [],
  not_sent: [],
  refused: [],
})

export const syncJobMachine = defineMachine('sync_job', ['queued'], {
  queued: ['waiting_quota', 'running', 'action_required', 'cancelled'],
  // A person came, whose read the bank does not count.
  waiting_quota: ['queued', 'running', 'cancelled', 'action_required'],
  running: [
    'succeeded',
    'succeeded_no_change',
    'partial',
    'retry_wait',
    'waiting_quota',
    'action_required',
    'dead',
    'cancelled',
  ],
  retry_wait: ['running', 'waiting_quota', 'action_required', 'dead', 'cancelled'],
  action_required: ['running', 'waiting_quota', 'cancelled'],
  succeeded: [],
  succeeded_no_change: [],
  partial: [],
  dead: [],
  cancelled: [],
})

export const fileImportMachine = defineMachine('file_import', ['received'], {
  received: ['imported', 'imported_no_change', 'partial', 'failed'],
  // A better reader may read any of them again.
  imported: ['received'],
  imported_no_change: ['received'],
  partial: ['received'],
  failed: ['received'],
})

export const deliveryMachine = defineMachine('webhook_delivery', ['pending'], {
  pending: ['sending'],
  sending: ['delivered', 'retry_wait', 'exhausted'],
  retry_wait: ['sending', 'exhausted'],
  delivered: [],
  exhausted: ['replayed'],
  replayed: ['sending'],
})

export const webhookEndpointMachine = defineMachine('webhook_endpoint', ['enabled'], {
  enabled: ['disabled'],
  disabled: ['enabled'],
})

export const messageMachine = defineMachine('message', ['pending'], {
  pending: ['sent', 'failed'],
  failed: ['pending'],
  sent: [],
})

export const machines: readonly Machine[] = [
  agreementMachine,
  reviewCaseMachine,
  consentMachine,
  connectionMachine,
  accountMachine,
  entryMachine,
  openItemMachine,
  paymentMachine,
  attemptMachine,
  syncJobMachine,
  fileImportMachine,
  deliveryMachine,
  webhookEndpointMachine,
  messageMachine,
]

/** All rows of the database's `transition` table. */
export const allMoves: readonly Move[] = machines.flatMap(movesOf)
