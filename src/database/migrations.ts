import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** Name of the newest migration that this program has. Names begin with their time. */
export function newestMigration(folder = migrationsFolder): string {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const newest = names
    .map((entry) => entry.name)
    .sort()
    .at(-1)
  if (!newest) throw new Error(`there are no migrations in ${folder}`)
  return newest
}
