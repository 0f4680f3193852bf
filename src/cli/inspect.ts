import { createReadStream } from 'node:fs'
import { ReadFailure } from '../protocols/read-failure.ts'
import { readStatementFile } from '../protocols/statement-file.ts'
import { type Run, type Terminal, UsageError } from './command.ts'
import { renderFailure, renderSummary } from './render.ts'
import { type FileError, type FileSummary, summarise } from './summary.ts'

type Outcome =
  | ({ readonly file: string } & FileSummary)
  | { readonly file: string; readonly error: FileError }

/** `kontobro inspect`: what statement files hold, without a database. Exit code 1 when one could not be read whole. */
export const inspect: Run = async (args, io) => {
  const { files, json } = parseArguments(args)
  let failed = false
  for (const file of files) {
    const outcome = await inspectFile(file, io)
    failed ||= outcome.error !== undefined
    if (json) io.out(`${JSON.stringify(outcome)}\n`)
    else {
      if ('statements' in outcome) io.out(`${renderSummary(outcome.file, outcome)}\n`)
      if (outcome.error) io.err(`${renderFailure(outcome.file, outcome.error)}\n`)
    }
  }
  return failed ? 1 : 0
}

function parseArguments(args: readonly string[]): { files: readonly string[]; json: boolean } {
  const end = args.indexOf('--')
  const before = end < 0 ? args : args.slice(0, end)
  const options = before.filter((arg) => arg.startsWith('-') && arg !== '-')
  const unknown = options.find((option) => option !== '--json')
  if (unknown) throw new UsageError(`there is no option "${unknown}"`)
  const files = [...before.filter((arg) => !options.includes(arg)), ...(end < 0 ? [] : args.slice(end + 1))]
  if (files.length === 0) throw new UsageError('name at least one file')
  if (files.filter((file) => file === '-').length > 1)
    throw new UsageError('standard input can be read only once')
  return { files, json: options.length > 0 }
}

async function inspectFile(file: string, io: Terminal): Promise<Outcome> {
  try {
    const bytes = file === '-' ? io.stdin : createReadStream(file, { highWaterMark: 256 * 1024 })
    return { file, ...(await summarise(readStatementFile(bytes))) }
  } catch (error) {
    const { code, detail, line } = asReadFailure(error)
    return { file, error: { code, detail, line } }
  }
}

/** What the system says when it cannot give the file's bytes. */
const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this file may not be read',
  EPERM: 'this file may not be read',
}

function asReadFailure(error: unknown): ReadFailure {
  if (error instanceof ReadFailure) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (!code || !(error instanceof Error && 'syscall' in error)) throw error
  return new ReadFailure('file_unreadable', systemErrors[code] ?? `it could not be read (${code})`, null)
}
