import { each } from '../../../src/protocols/batches.ts'
import { readMt940 } from '../../../src/protocols/mt940/mt940.ts'
import { collect, inChunks, type Reading } from '../read-parts.ts'

/** A message around the given fields; account and period are made up. */
export function message(
  fields: string,
  head = ':25:NO5499990100019\n:28C:62/1\n:60F:C260302NOK1000,00',
): string {
  return `:20:STMT1\n${head}\n${fields}\n:62F:C260303NOK1000,00\n-\n`
}

export function readText(text: string | Uint8Array, chunk?: number): Promise<Reading> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return collect(each(readMt940(inChunks(bytes, chunk))))
}

/** Two accounts, several days, in the dialects that wrap, number and spell their fields. */
export const dialects = `{1:F01BANKNOKKAXXX0000000000}{2:I940BANKNOKKXXXXN}{4:
:20:STMT-62
:25:NO5499990100019
:28C:62/1
:60F:C260301NOK1000,00
:61:2603020302C250,50NTRFNONREF//B6A02
:86:166?00GUTSCHRIFT?100399?20EREF+F-2026-17?21SVWZ+Faktura 17?30BANKNOKK
XXX?31NO5499990100019?32Fjordfisk AS?33 Avd Nord
:61:2603020302D42,5NCHGNONREF//B6A03
:86:GEBYR MARS
:62M:C260302NOK1208,00
-}
:20:STMT-62
:25:NO5499990100019
:28C:62/2
:60M:C260302NOK1208,00
:61:2603030303RD8,NTRFNONREF//B6A04
:86:/TRTP/RETUR/IBAN/NO5499990100019/NAME/Øyvind Testesen/REMI/Feil konto
/EREF/NOTPROVIDED
:62F:C260303NOK1216,00
:64:C260303NOK1216,00
-
`
