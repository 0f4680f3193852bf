import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type AuditHead, type AuditSigner, auditHeadSchema, auditSigner } from '../audit/head.ts'
import { type ChainReport, latestHead, verifyChain } from '../audit/verify.ts'
import { readConfig, readPem } from '../config.ts'
import { type Db, openDb } from '../db.ts'
import { systemClock } from '../domain/clock.ts'
import { type Run, type Terminal, UsageError } from './command.ts'

type Options = { readonly client: string | undefined; readonly head: string | undefined }

function parseArguments(args: readonly string[], known: readonly (keyof Options)[]): Options {
  const found: { -readonly [Name in keyof Options]: Options[Name] } = { client: undefined, head: undefined }
  for (let i = 0; i < args.length; i += 2) {
    const name = known.find((option) => args[i] === `--${option}`)
    const value = args[i + 1]
    if (!name) throw new UsageError(`there is no option "${args[i]}"`)
    if (value === undefined) throw new UsageError(`--${name} needs a value`)
    if (found[name] !== undefined) throw new UsageError(`--${name} was given twice`)
    found[name] = value
  }
  return found
}

async function withDatabase<T>(work: (db: Db, signer: AuditSigner) => Promise<T>): Promise<T> {
  const config = readConfig()
  // The whole gateway hangs on this module; wrong usage need not wait for it.
  const { findDatabase } = await import('../main.ts')
  const database = await findDatabase(config)
  const db = openDb({ url: database.appUrl, poolSize: 2, clock: systemClock })
  try {
    return await work(db, auditSigner(readPem(config.AUDIT_KEY)))
  } finally {
    await db.close()
  }
}

async function clientsOf(db: Db, wanted: string | undefined): Promise<string[]> {
  if (wanted !== undefined) return [wanted]
  const rows = await db.lookup<{ client_id: string }>('select client_id from clients_with_audit_chain()', [])
  return rows.map((row) => row.client_id)
}

/** Positions are bigint inside, text outside. */
function writeHead(head: AuditHead): string {
  return JSON.stringify({ ...head, position: head.position.toString() })
}

/** `audit head`: the newest signed head of every chain, one JSON object per line, to be kept somewhere else. */
export const auditHead: Run = async (args, io) => {
  const { client } = parseArguments(args, ['client'])
  return withDatabase((db) => printHeads(db, io, client))
}

export async function printHeads(db: Db, io: Terminal, client?: string): Promise<number> {
  let printed = 0
  for (const clientId of await clientsOf(db, client)) {
    const head = await db.forClient(clientId, latestHead)
    if (!head) continue
    io.out(`${writeHead(head)}\n`)
    printed += 1
  }
  if (printed === 0) io.err('Nothing is sealed yet.\n')
  return printed > 0 ? 0 : 1
}

/** `audit verify`: walks the chains; with `--head FILE` also against heads that were kept. Exit code 1 for a fault. */
export const auditVerify: Run = async (args, io) => {
  const { client, head } = parseArguments(args, ['client', 'head'])
  const kept = head === undefined ? [] : parseHeads(await readFile(head, 'utf8'), head)
  return withDatabase((db, signer) => verifyChains(db, signer, io, { client, kept }))
}

export async function verifyChains(
  db: Db,
  signer: AuditSigner,
  io: Terminal,
  { client, kept }: { client?: string | undefined; kept: readonly AuditHead[] },
): Promise<number> {
  // A chain that is gone whole is still known to whoever kept its head.
  const fromHeads = kept.map((head) => head.clientId).filter((id) => client === undefined || id === client)
  const clients = [...new Set([...(await clientsOf(db, client)), ...fromHeads])].sort()
  let faults = 0
  for (const clientId of clients) {
    // One transaction, so that sealing meanwhile does not show half; a long chain takes its time.
    const options = { timeoutMs: 3_600_000 }
    const report = await db.forClient(clientId, (tx) => verifyChain(tx, signer, kept), options)
    const against = kept.filter((head) => head.clientId === clientId).length
    io.out(renderReport(report, against))
    faults += report.faults.length
  }
  if (clients.length === 0) io.out('Nothing is sealed yet.\n')
  return faults > 0 ? 1 : 0
}

function renderReport({ clientId, length, hash, faults }: ChainReport, against: number): string {
  const heads = against > 0 ? `, checked against ${against} kept head${against > 1 ? 's' : ''}` : ''
  const first = `${faults.length === 0 ? 'ok   ' : 'FAULT'} ${clientId}: ${length} entries${heads}, ends in ${hash}\n`
  const rest = faults.map(
    (fault) =>
      `      ${fault.kind}${fault.position === null ? '' : ` at ${fault.position}`}: ${fault.detail}\n`,
  )
  return first + rest.join('')
}

/**
 * Reads what `audit head` printed: one head per line.
 * @throws UsageError naming the line that is none.
 */
export function parseHeads(text: string, file: string): AuditHead[] {
  const lines = text.split('\n').map((line, index) => [line.trim(), index + 1] as const)
  return lines.filter(([line]) => line !== '').map(([line, number]) => parseHead(line, `${file}:${number}`))
}

function parseHead(line: string, where: string): AuditHead {
  try {
    return auditHeadSchema.parse(JSON.parse(line))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'not JSON'
    throw new UsageError(`${where} is not a head of an audit chain: ${why}`)
  }
}
