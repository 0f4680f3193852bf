// Prisma's schema engine as WebAssembly: it applies `prisma/migrations` exactly as `prisma migrate deploy` does, but
// needs no native engine, which is a download that some networks refuse.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { MigrationAdapter, type Server } from './engine-adapter.ts'
import { migrationsFolder } from './migrations.ts'

// Node has WebAssembly; TypeScript declares it only with the DOM.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: { __wbindgen_start(): void } }
}

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export { migrationsFolder } from './migrations.ts'
export const schemaFile = fromRoot('prisma/schema.prisma')

export type Diagnosis = {
  /** Applied migrations whose file was changed afterwards. */
  edited: string[]
  /** Migrations that stopped half-way and are not marked as rolled back. */
  failed: string[]
  /** Migrations in the folder that the database has not seen. */
  pending: string[]
  /** Migrations in the database that the folder does not have: the database is newer than this program. */
  unknown: string[]
}

/** Applies what is missing; returns the names. Throws with the engine's message if a migration fails. */
export function applyMigrations(databaseUrl: string, folder = migrationsFolder): Promise<string[]> {
  return withEngine(databaseUrl, async (engine) => {
    const result = await engine.applyMigrations({ migrationsList: migrationList(folder), filters })
    return result.appliedMigrationNames
  })
}

/** Compares the folder with the database's own record of what was applied. Changes nothing. */
export function diagnose(databaseUrl: string, folder = migrationsFolder): Promise<Diagnosis> {
  return withEngine(databaseUrl, async (engine) => {
    const result = await engine.diagnoseMigrationHistory({
      migrationsList: migrationList(folder),
      optInToShadowDatabase: false,
      filters,
    })
    const history = result.history
    return {
      edited: result.editedMigrationNames,
      failed: result.failedMigrationNames,
      pending: history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [],
      unknown: history && 'unpersistedMigrationNames' in history ? history.unpersistedMigrationNames : [],
    }
  })
}

/**
 * Lets failed migrations be tried again. A migration is sent as one simple query, which PostgreSQL runs as one
 * transaction: what failed has left nothing behind but its mark.
 */
export function forgetFailures(databaseUrl: string, names: readonly string[]): Promise<void> {
  return withEngine(databaseUrl, async (engine) => {
    for (const migrationName of names) await engine.markMigrationRolledBack({ migrationName })
  })
}

/** One side of a comparison: a migrations folder (replayed in a shadow database), a schema file, a live database. */
export type Side = 'empty' | { migrations: string } | { schema: string } | { database: string }

/**
 * The SQL that leads from one side to the other; the empty string if they are equal. `serverUrl` is used for shadow
 * databases and for `database`, whose role needs CREATEDB. Blind for policies, functions, triggers, checks, grants,
 * partial and expression indexes.
 */
export function diff(serverUrl: string, from: Side, to: Side): Promise<string> {
  return withEngine(serverUrl, async (engine) => {
    const result = await engine.diff({
      from: target(from),
      to: target(to),
      script: true,
      exitCode: null,
      filters,
    })
    const script = result.stdout ?? ''
    return script.trim() === '-- This is an empty migration.' ? '' : script
  })
}

const filters: wasm.SchemaFilter = { externalTables: [], externalEnums: [] }

function target(side: Side): wasm.DiffTarget {
  if (side === 'empty') return { tag: 'empty' }
  if ('migrations' in side) return { tag: 'migrations', ...migrationList(side.migrations) }
  const schema = (path: string) => ({ path: 'schema.prisma', content: readFileSync(path, 'utf8') })
  if ('schema' in side) return { tag: 'schemaDatamodel', files: [schema(side.schema)] }
  return { tag: 'schemaDatasource', files: [schema(side.database)], configDir: dirname(side.database) }
}

function migrationList(folder: string): wasm.MigrationList {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )
  return {
    baseDir: folder,
    shadowDbInitScript: '',
    lockfile: {
      path: './migration_lock.toml',
      content: readFileSync(join(folder, 'migration_lock.toml'), 'utf8'),
    },
    migrationDirectories: names.sort().map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(folder, name, 'migration.sql'), 'utf8') },
      },
    })),
  }
}

/** A pool per use: ending it also releases the engine's advisory lock, which would make the next use wait in vain. */
async function withEngine<T>(
  databaseUrl: string,
  work: (engine: wasm.SchemaEngine) => Promise<T>,
): Promise<T> {
  load()
  const server = parseServer(databaseUrl)
  const pool = new pg.Pool({ ...server, max: 2 })
  pool.on('error', () => {})
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new MigrationAdapter(pool, server))
    const engine = await wasm.SchemaEngine.new({ datamodels: undefined }, () => {}, adapter)
    try {
      return await work(engine)
    } finally {
      engine.free()
    }
  } finally {
    await pool.end()
  }
}

/** Host, port and so on, one by one. `sslmode=require` and stricter ask for a verified certificate. */
function parseServer(databaseUrl: string): Server {
  const url = new URL(databaseUrl)
  const sslMode = url.searchParams.get('sslmode')
  return {
    host: decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(sslMode && sslMode !== 'disable' ? { ssl: { rejectUnauthorized: sslMode !== 'no-verify' } } : {}),
  }
}

let loaded = false
function load(): void {
  if (loaded) return
  // Without a registry a panic of the engine would read as a TypeError.
  const registry = {
    message: '',
    set_message(message: string) {
      this.message = message
      process.stderr.write(`schema engine: ${message}\n`)
    },
  }
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: registry })
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const module = new WebAssembly.Module(readFileSync(glue.replace(/\.js$/, '.wasm')))
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': wasm })
  wasm.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  loaded = true
}
