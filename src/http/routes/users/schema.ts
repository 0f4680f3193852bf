import { z } from 'zod'
import { type Role, roles, type UserRow } from '../../../consent/users.ts'
import { date, id, instant } from '../../wire.ts'

const userRoles = z
  .array(z.enum(roles))
  .max(roles.length)
  .describe(
    '`approver` may approve payments, `payroll` may see salaries, `preparer` may make payments, `viewer` may look.',
  )

export const newUser = z
  .strictObject({
    companyId: id('company'),
    name: z.string().trim().min(1).max(140),
    email: z.email().max(254),
    mobile: z
      .string()
      .regex(/^\+?\d{8,15}$/, 'digits only, with a leading + for other countries')
      .optional(),
    birthdate: date.optional().describe('Helps to tell people of one name apart at the first log-in.'),
    roles: userRoles.default(['viewer']),
  })
  .meta({ id: 'NewUser' })

export const user = z
  .object({
    id: id('user'),
    companyId: id('company'),
    name: z.string(),
    email: z.string(),
    mobile: z.string().nullable(),
    roles: userRoles,
    identified: z.boolean().describe('True once the person has logged in with BankID.'),
    createdAt: instant,
  })
  .meta({ id: 'User' })

export function userOf(row: UserRow): z.output<typeof user> {
  const { id, companyId, name, email, mobile, createdAt } = row
  return {
    id,
    companyId,
    name,
    email,
    mobile,
    roles: row.roles as Role[],
    identified: row.bankidHash !== null,
    createdAt,
  }
}
