import { z } from 'zod'
import type { CompanyRow } from '../../../consent/companies.ts'
import { isOrganisationNumber } from '../../../domain/norwegian.ts'
import { id, instant } from '../../wire.ts'

export const organisationNumber = z
  .string()
  .refine(isOrganisationNumber, 'not an organisation number (nine digits, the last one a check digit)')
  .describe('Nine digits.')

export const company = z
  .object({
    id: id('company'),
    organisationNumber: z.string(),
    name: z.string().describe('As the register of business enterprises has it.'),
    form: z.string().nullable().describe('Organisation form, such as `AS`.'),
    createdAt: instant,
    activatedAt: instant
      .nullable()
      .describe('When the bank agreement became active. Earlier bookings are free of charge.'),
  })
  .meta({ id: 'Company' })

export function companyOf(row: CompanyRow): z.output<typeof company> {
  const { id, name, form, createdAt, activatedAt } = row
  return { id, organisationNumber: row.organisationNumber, name, form, createdAt, activatedAt }
}
