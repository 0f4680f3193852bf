/**
 * The event catalogue: every type a client can meet in its feed, and what it means. Data holds ids and public
 * states only, so an event can be shown to whoever may read the resource.
 */
export const eventTypes = {
  'company.created': 'A company was registered.',
  'user.created': 'A person was named in a company.',
  'agreement.state_changed': 'The agreement moved to another state.',
  'connection.state_changed': 'A bank connection moved to another state.',
  'consent.state_changed': "A person's consent at a bank moved to another state.",
  'account.discovered': 'A consent showed a business account.',
  'account.state_changed': 'An account was enabled, went stale or was closed.',
  'account.day_proven': 'A day of an account was proven from balances the bank stated.',
  'account.day_reopened': 'Rows changed on days that were proven; they are judged anew.',
  'account.gap_opened': 'What the bank stated does not add up; the amount is in the data.',
  'account.gap_changed': 'The days or the likely cause of a gap are known better now.',
  'account.gap_closed': 'A gap was closed.',
  'account.routes_compared': 'An account was read by a second route in shadow; the report is ready.',
  'account.route_changed': 'An account is read by another route from now on.',
  'transaction.added': 'Transactions were added; the data names the account and how many.',
  'transaction.revised': 'Transactions changed.',
  'transaction.removed': 'Transactions were taken back by the bank.',
  'sync_job.finished': 'A read of an account ended.',
  'file.imported': 'A statement file was read.',
  'open_item.created': 'An open item was handed in.',
  'open_item.state_changed': 'An open item was paid, in part or whole.',
  'match.created': 'A transaction was matched to an open item or a payment.',
  'match.undone': 'A match was undone.',
  'payment.created': 'A payment was drafted.',
  'payment.state_changed': 'A payment moved to another state.',
  'payment.attention': 'A payment needs a person to look at it; the data says why.',
  'webhook_endpoint.state_changed': 'A webhook endpoint was enabled or disabled.',
} as const
export type EventType = keyof typeof eventTypes
