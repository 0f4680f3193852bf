import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BankState } from './bank/types.ts'

/** A signing order of the e-sign provider. The PDFs lie beside the state as files in `dataDir/orders/`. */
export type SignOrder = {
  id: string
  reference: string
  status: 'created' | 'signed' | 'rejected' | 'expired' | 'cancelled'
  documents: { name: string; file: string }[]
  redirectUrl: string
  createdAt: string
  expiresAt: string
  /** Whom the order is meant for, when the client said so. */
  expectedSigner?: { name: string; birthdate: string }
  signature?: {
    personId: string
    name: string
    birthdate: string
    bankidAltsub: string
    acr: string
    signedAt: string
    /** PEM, the signer's own certificate first. */
    certificateChain: string[]
    file: string
  }
}

/** A mail that arrived at the sandbox's mail server. */
export type Mail = {
  id: string
  from: string
  to: string
  subject: string
  text: string
  links: string[]
  at: string
}

/** Everything that survives a restart. Fields of money end in `Minor` and are bigint (øre). */
export type SandboxData = {
  version: 1
  /** Oslo date at which the test world was laid out; its history is relative to it. */
  worldDate: string
  /** Ports by server name, asked for again at the next start. */
  ports: Record<string, number>
  sequence: number
  banks: Record<string, BankState>
  orders: Record<string, SignOrder>
  mails: Mail[]
}

export type Store = {
  data: SandboxData
  /** Next number of a sequence that never repeats, also over restarts. */
  next: () => number
  /** Says that `data` was changed; it is written within 20 ms. */
  changed: () => void
  /** Resolves once every change made so far is on disk. Answers are sent only after it. */
  saved: () => Promise<void>
  close: () => Promise<void>
}

const serialize = (data: SandboxData) =>
  JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))

const deserialize = (text: string): SandboxData =>
  JSON.parse(text, (key, value: unknown) =>
    key.endsWith('Minor') && typeof value === 'string' ? BigInt(value) : value,
  )

function readData(file: string): SandboxData | undefined {
  try {
    return deserialize(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Removes what an earlier run left, except the PKI (`--fresh`). */
export function forgetState(dataDir: string): void {
  for (const name of ['sandbox.json', 'clock.json', 'orders']) {
    rmSync(join(dataDir, name), { recursive: true, force: true })
  }
}

/** Opens `dataDir/sandbox.json`, or lays it out with `seed` when there is none. */
export function openStore(dataDir: string, seed: () => SandboxData): Store {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, 'sandbox.json')
  const found = readData(file)
  const data = found ?? seed()
  if (!found) {
    writeFileSync(`${file}.tmp`, serialize(data))
    renameSync(`${file}.tmp`, file)
  }
  let dirty = false
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const write = async () => {
    while (dirty) {
      dirty = false
      await writeFile(`${file}.tmp`, serialize(data))
      await rename(`${file}.tmp`, file)
    }
  }
  const saved = async () => {
    if (timer) clearTimeout(timer)
    timer = undefined
    // A write that was already ending may miss the latest change: look again after it.
    while (dirty || writing) {
      writing ??= write().finally(() => {
        writing = undefined
      })
      await writing
    }
  }
  return {
    data,
    next: () => ++data.sequence,
    changed: () => {
      dirty = true
      timer ??= setTimeout(() => void saved(), 15)
    },
    saved,
    close: saved,
  }
}
