import { readConfig } from '../config.ts'
import { type Db, openDb } from '../db.ts'
import { Problem } from '../domain/problems.ts'
import { type FilePorts, type FileRow, type FileState, ReadsLess, rereadFile } from '../statements/files.ts'
import { createVault } from '../vault.ts'
import { type Run, type Terminal, UsageError } from './command.ts'

export type Wanted = {
  readonly client?: string | undefined
  readonly file?: string | undefined
  readonly states?: readonly FileState[] | undefined
}

const states = ['imported', 'imported_no_change', 'partial', 'failed'] as const
const actor = { kind: 'operator', id: 'cli' } as const
/** Files looked up at a time; each is read in a transaction of its own. */
const batch = 100
/** A long file takes its time. */
const patience = { timeoutMs: 600_000 }

/** `kontobro reread`: files from the archive, read again with today's readers. Exit code 1 when one still fails. */
export const reread: Run = async (args, io) => {
  const wanted = parseArguments(args)
  const config = readConfig()
  // The whole gateway hangs on these modules; wrong usage need not wait for them.
  const [{ findDatabase }, { clockOf }] = await Promise.all([import('../main.ts'), import('../gateway.ts')])
  const vault = createVault({
    keyEncryptionKey: Buffer.from(config.KEY_ENCRYPTION_KEY, 'base64'),
    indexKey: Buffer.from(config.INDEX_KEY, 'base64'),
  })
  const { appUrl } = await findDatabase(config)
  const db = openDb({ url: appUrl, poolSize: 2, clock: clockOf(config) })
  try {
    return await rereadFiles(db, { vault }, wanted, io)
  } finally {
    await db.close()
  }
}

function parseArguments(args: readonly string[]): Wanted {
  const found = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const name = args[i] ?? ''
    if (!['--file', '--state', '--all', '--client'].includes(name)) {
      throw new UsageError(`there is no option "${name}"`)
    }
    if (found.has(name)) throw new UsageError(`${name} was given twice`)
    const value = name === '--all' ? '' : args[++i]
    if (value === undefined) throw new UsageError(`${name} needs a value`)
    found.set(name, value)
  }
  if (['--file', '--state', '--all'].filter((name) => found.has(name)).length !== 1) {
    throw new UsageError('name one file, one state, or --all')
  }
  const state = states.find((one) => one === found.get('--state'))
  if (found.has('--state') && !state) throw new UsageError(`--state is one of ${states.join(', ')}`)
  return { client: found.get('--client'), file: found.get('--file'), states: state ? [state] : undefined }
}

export async function rereadFiles(db: Db, ports: FilePorts, wanted: Wanted, io: Terminal): Promise<number> {
  let [read, failed] = [0, 0]
  for (const clientId of await clientsOf(db, wanted.client)) {
    for (let after = ''; ; ) {
      const files = await db.forClient(clientId, (tx) =>
        tx.prisma.fileImport.findMany({
          where: {
            clientId,
            id: wanted.file ?? { gt: after },
            state: { in: [...(wanted.states ?? states)] },
          },
          orderBy: { id: 'asc' },
          take: batch,
        }),
      )
      for (const file of files) {
        if (read === 0) io.out(`${line('file', 'before', 'after', 'added', 'revised', 'name')}\n`)
        const outcome = await rereadOne(db, ports, clientId, file)
        io.out(`${outcome.text}\n`)
        read++
        if (!outcome.sound) failed++
      }
      const last = files.at(-1)
      if (!last || wanted.file || files.length < batch) break
      after = last.id
    }
  }
  io.err(read === 0 ? 'There is no such file.\n' : `${read} read, ${failed} of them cannot be read whole.\n`)
  return read > 0 && failed === 0 ? 0 : 1
}

async function clientsOf(db: Db, wanted: string | undefined): Promise<string[]> {
  if (wanted !== undefined) return [wanted]
  const rows = await db.lookup<{ client_id: string }>('select client_id from clients_with_audit_chain()', [])
  return rows.map((row) => row.client_id).sort()
}

async function rereadOne(db: Db, ports: FilePorts, clientId: string, file: FileRow) {
  const { id, state, name } = file
  const told = (after: string, added: string | number, revised: string | number) =>
    line(id, state, after, added, revised, name ?? '')
  try {
    const now = await db.forClient(clientId, (tx) => rereadFile(ports, tx, id, actor), patience)
    const sound = now.state === 'imported' || now.state === 'imported_no_change'
    return { sound, text: told(now.state, now.added - file.added, now.revised - file.revised) }
  } catch (error) {
    if (error instanceof ReadsLess) return { sound: false, text: told(`kept: ${error.message}`, 0, 0) }
    if (error instanceof Problem) return { sound: false, text: told('its bytes are gone', 0, 0) }
    throw error
  }
}

/** Columns of a table; the last one is as long as it is. */
function line(...cells: readonly (string | number)[]): string {
  const widths = [30, 18, 18, 7, 7, 0]
  return cells
    .map((cell, i) => String(cell).padEnd(widths[i] ?? 0))
    .join('  ')
    .trimEnd()
}
