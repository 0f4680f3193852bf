/**
 * One reader over one file in a process of its own: `node bench/parse-child.ts READER FILE` prints what it found as
 * JSON. Exit code 3 where the reader is not installed.
 */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'

type Found = {
  readonly entries: number
  /** In øre; null where the reader is not asked for one. */
  readonly sum: string | null
}
/** Seconds from the first byte to the last, without the start of Node and of the reader. */
export type ChildReport = Found & { readonly seconds: number }

const readers: Readonly<Record<string, () => Promise<(file: string) => Promise<Found>>>> = {
  /** From bytes to the normal form, as a file is read in the product. */
  async kontobro() {
    const { readStatementFile } = await import('../src/protocols/statement-file.ts')
    return async (file) => {
      let [entries, sum] = [0, 0n]
      for await (const part of readStatementFile(createReadStream(file))) {
        if (part.kind !== 'entry') continue
        entries++
        sum += part.entry.amount.minor
      }
      return { entries, sum: String(sum) }
    }
  },

  /** Events only, nothing is made of them. */
  async saxes() {
    const { SaxesParser } = await import('saxes')
    return async (file) => {
      const parser = new SaxesParser()
      const decoder = new TextDecoder('utf-8', { fatal: true })
      let entries = 0
      parser.on('opentag', ({ name }) => {
        if (name === 'Ntry') entries++
      })
      parser.on('error', (error) => {
        throw error
      })
      for await (const chunk of createReadStream(file)) {
        parser.write(decoder.decode(chunk as Uint8Array, { stream: true }))
      }
      parser.close()
      return { entries, sum: null }
    }
  },

  /** The whole file as a tree of objects. */
  async 'fast-xml-parser'() {
    const { XMLParser } = await import('fast-xml-parser')
    return async (file) => {
      const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false })
      const tree = parser.parse(await readFile(file, 'utf8')) as {
        readonly Document: {
          readonly BkToCstmrStmt: { readonly Stmt: { readonly Ntry: readonly unknown[] } }
        }
      }
      return { entries: tree.Document.BkToCstmrStmt.Stmt.Ntry.length, sum: null }
    }
  },

  /** The whole file as the objects of that library. */
  async 'iso20022.js'() {
    const { CashManagementEndOfDayReport } = await import('iso20022.js')
    return async (file) => {
      const report = CashManagementEndOfDayReport.fromXML(await readFile(file, 'utf8'))
      return { entries: report.entries.length, sum: null }
    }
  },
}

const [reader = '', file = ''] = process.argv.slice(2)
try {
  const read = await readers[reader]?.()
  const begun = performance.now()
  const found = await read?.(file)
  process.stdout.write(JSON.stringify({ ...found, seconds: (performance.now() - begun) / 1_000 }))
} catch (error) {
  const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
  if (!missing) throw error
  process.exitCode = 3
}
