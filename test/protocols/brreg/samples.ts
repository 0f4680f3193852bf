import { authoritySchema, type WireAuthority } from '../../../src/protocols/brreg/wire.ts'

export type Holder = { fodselsdato?: string | null; navn?: string | null; rolle?: { kode: string } }

export const peder: Holder = { fodselsdato: '12.10.1975', navn: 'Peder Eksempel', rolle: { kode: 'LEDE' } }
export const anne: Holder = { fodselsdato: '05.03.1977', navn: 'Anne Prøve', rolle: { kode: 'MEDL' } }
export const kyrre: Holder = { fodselsdato: '13.03.1988', navn: 'Kyrre Test', rolle: { kode: 'MEDL' } }

export type Combination = { kode: string; kombinasjonsId: string; personRolleKombinasjon: Holder[] }

/** An answer of the authority service, in the shape of the public one. */
export function authority(given: {
  combinations?: Combination[]
  text?: string
  combinationStatus?: string
  routineStatus?: string
}): WireAuthority {
  const { combinations = [], text, combinationStatus = combinations.length > 0 ? 'OK' : 'IK' } = given
  return authoritySchema.parse({
    status: {
      rutineStatus: { kode: given.routineStatus ?? 'OK', tekstforklaring: '' },
      kombinasjonStatus: { kode: combinationStatus, tekstforklaring: '' },
      regelStatus: { kode: 'RF', regelIdent: 'R0012' },
    },
    enhet: { organisasjonsnummer: '312345676', konkurs: 'false' },
    ...(text !== undefined && {
      signeringsGrunnlag: { kode: 'SF', signaturProkuraRoller: { signaturProkuraFritekst: text } },
    }),
    signeringsKombinasjon: { kombinasjon: combinations },
  })
}

export const combination = (kode: string, kombinasjonsId: string, ...people: Holder[]): Combination => ({
  kode,
  kombinasjonsId,
  personRolleKombinasjon: people,
})
