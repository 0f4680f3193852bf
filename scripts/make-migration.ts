// node scripts/make-migration.ts NAME     writes what prisma/schema.prisma has and the migrations lack
// node scripts/make-migration.ts --first  rewrites the first migration; only until the first release
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbedded, removeEmbedded } from '../src/database/embedded.ts'
import { diff, migrationsFolder, schemaFile } from '../src/database/engine.ts'

const name = process.argv[2]
if (!name || !/^(--first|[a-z][a-z0-9_]*)$/.test(name)) {
  process.stderr.write(
    'usage: node scripts/make-migration.ts NAME (small letters, digits, underscores) | --first\n',
  )
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'kontobro-migration-'))
try {
  const url =
    process.env.DATABASE_OWNER_URL ?? (await openEmbedded(join(folder, 'db'), { fsync: 'off' })).ownerUrl
  process.stdout.write(`${name === '--first' ? await rewriteFirst(url) : await writeNext(url, name)}\n`)
} finally {
  await removeEmbedded(join(folder, 'db'))
  rmSync(folder, { recursive: true, force: true })
}

async function rewriteFirst(url: string): Promise<string> {
  const first = readdirSync(migrationsFolder).sort()[0]
  if (!first) throw new Error('there is no migration')
  const file = join(migrationsFolder, first, 'migration.sql')
  writeFileSync(file, await diff(url, 'empty', { schema: schemaFile }))
  return file
}

async function writeNext(url: string, title: string): Promise<string> {
  const script = await diff(url, { migrations: migrationsFolder }, { schema: schemaFile })
  if (!script) return 'Schema and migrations are equal: nothing written.'
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const target = join(migrationsFolder, `${stamp}_${title}`)
  mkdirSync(target)
  writeFileSync(join(target, 'migration.sql'), `${script.trimEnd()}\n\nselect protect_tables();\n`)
  return join(target, 'migration.sql')
}
