import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** One process of the stack. */
export type Child = {
  readonly name: string
  readonly logFile: string
  /** Undefined while it does not run. */
  pid(): number | undefined
  /** Starts it and waits until it is ready. */
  start(): Promise<void>
  /** Sends a signal and waits for the end. With SIGTERM: SIGKILL follows when it has not ended after 30 s. */
  kill(signal?: NodeJS.Signals): Promise<Exit>
  /** What this run has written so far. */
  output(): string
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type ChildOptions = {
  readonly name: string
  /** Script and arguments, for Node. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  /** Asked every few milliseconds, up to a minute. */
  readonly isReady: (child: Child) => boolean | Promise<boolean>
  /** It ended, and nobody had asked for it. */
  readonly onDeath: (child: Child, exit: Exit) => void
}

export const root = fileURLToPath(new URL('../..', import.meta.url))
const guard = fileURLToPath(new URL('./guard.ts', import.meta.url))
const readyMs = 60_000
const endMs = 30_000
const pollMs = 20

/** Describes a process; it runs when it is started. A process group of its own keeps Ctrl-C for the stack. */
export function describeChild(options: ChildOptions): Child {
  let running: { process: ChildProcess; ended: Promise<Exit>; wanted: boolean } | undefined
  let logStart = 0
  const child: Child = {
    name: options.name,
    logFile: options.logFile,
    pid: () => running?.process.pid,
    output: () =>
      existsSync(options.logFile) ? readFileSync(options.logFile).subarray(logStart).toString('utf8') : '',
    async start() {
      if (running) throw new Error(`${options.name} runs already`)
      logStart = statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0
      const started = launch(options)
      const ended = endOf(started)
      const current = { process: started, ended, wanted: false }
      running = current
      void ended.then((exit) => {
        if (running === current) running = undefined
        if (!current.wanted) options.onDeath(child, exit)
      })
      await untilReady(options, child, () => running === current)
    },
    async kill(signal = 'SIGTERM') {
      if (!running) return { code: 0, signal: null }
      const { process: target, ended } = running
      running.wanted = true
      target.kill(signal)
      const late = setTimeout(() => target.kill('SIGKILL'), endMs)
      try {
        return await ended
      } finally {
        clearTimeout(late)
      }
    },
  }
  return child
}

function launch(options: ChildOptions): ChildProcess {
  const log = openSync(options.logFile, 'a', 0o600)
  try {
    return spawn(process.execPath, ['--import', guard, ...options.args], {
      cwd: root,
      env: { ...options.env },
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
  } finally {
    closeSync(log)
  }
}

const endOf = (child: ChildProcess) =>
  new Promise<Exit>((resolve) => {
    child.once('error', () => resolve({ code: 1, signal: null }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })

async function untilReady(options: ChildOptions, child: Child, alive: () => boolean): Promise<void> {
  const deadline = performance.now() + readyMs
  while (performance.now() < deadline) {
    if (!alive()) throw new Error(`${options.name} ended before it was ready:\n${endOfLog(child)}`)
    if (await options.isReady(child)) return
    await sleep(pollMs)
  }
  throw new Error(`${options.name} was not ready after ${readyMs / 1000} s:\n${endOfLog(child)}`)
}

/** The last lines that a child wrote. */
export function endOfLog(child: Child): string {
  return child.output().trimEnd().split('\n').slice(-15).join('\n')
}
