import { Problem } from '../domain/problems.ts'

/** Query of lists by date: `?from=&to=`, both included. */
export type PeriodQuery = { readonly from?: string | undefined; readonly to?: string | undefined }

/**
 * The period that was asked for.
 * @throws Problem `invalid_request` naming both days when it ends before it begins.
 */
export function periodOf({ from, to }: PeriodQuery): { readonly from?: string; readonly to?: string } {
  if (from && to && from > to) {
    throw new Problem('invalid_request', {
      detail: `The period ends (to ${to}) before it begins (from ${from}).`,
      errors: [
        { path: 'query.from', message: `${from} is after to, ${to}` },
        { path: 'query.to', message: `${to} is before from, ${from}` },
      ],
    })
  }
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) }
}
