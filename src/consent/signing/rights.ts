import { type SigningRights, whoSuffices } from '../../protocols/brreg/signing-rights.ts'
import type { RegisteredUnit, RegisterPerson } from '../../protocols/brreg/unit.ts'
import type { ConsentPorts } from '../ports.ts'

export type RightsSnapshot = {
  readonly rights: SigningRights
  readonly unit: RegisteredUnit
  /** What the register answered, byte for byte: evidence of what was relied on. */
  readonly raw: Uint8Array
}

/** Reads who may sign for a company, as the register says it now. */
export async function readRights(ports: ConsentPorts, organisationNumber: string): Promise<RightsSnapshot> {
  const [unit, signature] = await Promise.all([
    ports.register.unit(organisationNumber),
    ports.register.signature(organisationNumber),
  ])
  const raw = Buffer.concat([unit.raw, Buffer.from('\n'), signature.raw])
  return { rights: signature.value, unit: unit.value, raw }
}

/** Why a person has to decide (PRODUCT 5); empty when the signers suffice and nothing stands in the way. */
export function reviewReasons(snapshot: RightsSnapshot, signers: readonly RegisterPerson[]): string[] {
  if (snapshot.unit.problems.length > 0) return ['other']
  const judged = whoSuffices(snapshot.rights, signers)
  if (judged.sufficient) return []
  return [judged.reason === 'signers_missing' ? 'newly_founded_registry_lag' : 'other']
}
