import type { Tx } from '../src/db.ts'
import type { World } from './ingest-world.ts'

/** Writes the rows that another database held. */
export type Writing = (world: World) => Promise<void>

/** Null is what is left out: Prisma asks JSON columns for a word of its own. */
function stated<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T
}

const patience = { timeoutMs: 1_200_000 }

/** Reads the stored rows with Prisma, to be written with `createMany` elsewhere. */
export async function prismaWriting(world: World): Promise<Writing> {
  const rows = await world.db.forClient(world.clientId, readAll, patience)
  return async ({ db, clientId }) => {
    await db.forClient(
      clientId,
      async ({ prisma }) => {
        await prisma.observation.createMany({ data: rows.observations })
        await prisma.entry.createMany({ data: rows.entries })
        await prisma.entryDetail.createMany({ data: rows.details })
        await prisma.entryAlias.createMany({ data: rows.aliases })
      },
      patience,
    )
  }
}

async function readAll({ prisma }: Tx) {
  const observations = await prisma.observation.findMany()
  const entries = await prisma.entry.findMany()
  const details = await prisma.entryDetail.findMany()
  const aliases = await prisma.entryAlias.findMany()
  return {
    observations: observations.map((one) => ({ ...one, row: one.row ?? {} })),
    entries: entries.map((one) => {
      const { amounts, charges, batches, ...plain } = one
      return { ...plain, ...stated({ amounts, charges, batches }) } as typeof plain
    }),
    details: details.map((one) => {
      const { amounts, charges, creditorReferences, ...plain } = one
      return { ...plain, ...stated({ amounts, charges, creditorReferences }) } as typeof plain
    }),
    aliases,
  }
}
