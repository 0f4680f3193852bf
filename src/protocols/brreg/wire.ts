import { z } from 'zod'

/** The unit register writes booleans, the authority service writes them as strings. */
const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((value) => value === true || value === 'true')
  .optional()

const troubles = {
  konkurs: flag,
  underAvvikling: flag,
  underTvangsavviklingEllerTvangsopplosning: flag,
}

const organisationForm = z.object({ kode: z.string() })

/** `GET /enhetsregisteret/api/enheter/{orgnr}`. */
export const unitSchema = z.object({
  organisasjonsnummer: z.string(),
  navn: z.string(),
  organisasjonsform: organisationForm.optional(),
  registreringsdatoEnhetsregisteret: z.string().optional(),
  stiftelsesdato: z.string().optional(),
  slettedato: z.string().nullish(),
  ...troubles,
})
export type WireUnit = z.infer<typeof unitSchema>

/** What is sent with 410 for a deleted unit; some versions send nothing at all. */
export const deletedUnitSchema = z.object({ navn: z.string().optional(), slettedato: z.string().nullish() })

const rolePerson = z.object({
  fodselsdato: z.string().optional(),
  navn: z.object({
    fornavn: z.string().optional(),
    mellomnavn: z.string().nullish(),
    etternavn: z.string().optional(),
  }),
  erDoed: z.boolean().optional(),
})

/** `GET /enhetsregisteret/api/enheter/{orgnr}/roller`. A role is held by a person or by another unit. */
export const rolesSchema = z.object({
  rollegrupper: z
    .array(
      z.object({
        type: z.object({ kode: z.string() }),
        sistEndret: z.string().optional(),
        roller: z.array(
          z.object({
            type: z.object({ kode: z.string() }),
            person: rolePerson.optional(),
            fratraadt: z.boolean().optional(),
          }),
        ),
      }),
    )
    .default([]),
})
export type WireRoles = z.infer<typeof rolesSchema>

const code = z.object({ kode: z.string(), tekstforklaring: z.string().nullish() })

/** A holder in a combination. Where a unit holds the role, birth date and name of a person are missing. */
const holder = z.object({
  fodselsdato: z.string().nullish(),
  navn: z.string().nullish(),
  rolle: z.object({ kode: z.string() }).nullish(),
})

/** `GET /fullmakt/enheter/{orgnr}/signatur` and `/prokura`. */
export const authoritySchema = z.object({
  status: z.object({
    rutineStatus: code,
    kombinasjonStatus: code.nullish(),
    regelStatus: code.extend({ regelIdent: z.string().nullish() }).nullish(),
  }),
  enhet: z.object({ organisasjonsnummer: z.string(), ...troubles }).optional(),
  signeringsGrunnlag: z
    .object({
      signaturProkuraRoller: z.object({ signaturProkuraFritekst: z.string().nullish() }).nullish(),
    })
    .nullish(),
  signeringsKombinasjon: z
    .object({
      kombinasjon: z
        .array(
          z.object({
            kode: z.string(),
            tekstforklaring: z.string().nullish(),
            kombinasjonsId: z.union([z.string(), z.number()]).transform(String),
            personRolleKombinasjon: z.array(holder).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
})
export type WireAuthority = z.infer<typeof authoritySchema>
