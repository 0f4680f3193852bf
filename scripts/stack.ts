import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { openEmbedded } from '../src/database/embedded.ts'
import { type Child, describeChild, type Exit, endOfLog, root } from './stack/child.ts'
import { startKeeper } from './stack/keep.ts'
import {
  choosePort,
  databaseFolder,
  forgetPlace,
  freePort,
  keepClient,
  leavePlace,
  logFolder,
  removePlace,
  sandboxFolder,
  takePlace,
} from './stack/place.ts'
import {
  baseEnvironment,
  gatewayEnvironment,
  plainEnvironment,
  type SandboxUrls,
  writeEnvironment,
} from './stack/settings.ts'

export type { Child, Exit } from './stack/child.ts'
export type { SandboxUrls } from './stack/settings.ts'

export type Role = 'all' | 'api' | 'worker'

export type StackOptions = {
  /** Everything that is kept lies here: database, sandbox, keys, ports, logs. */
  readonly dataDir: string
  /** Of the first API process; otherwise the one of the last run if it is free, or any. */
  readonly port?: number
  /** Forget what is there, and begin anew. */
  readonly fresh?: boolean
  /** Delete everything at the end, also when this process is killed. */
  readonly temporary?: boolean
  /** One gateway process for each; one that does all unless said. */
  readonly roles?: readonly Role[]
  /** Somebody else's database, instead of an embedded one. It is migrated, never deleted. */
  readonly database?: { readonly appUrl: string; readonly ownerUrl: string }
  /** `redis://…`; unset: jobs on the same PostgreSQL. */
  readonly queueUrl?: string
  /** A process ended that nobody had ended. Unless given it is reported on standard error. */
  readonly onDeath?: (child: Child, exit: Exit) => void
}

/** A running sandbox and gateway. */
export type Stack = {
  /** Origin of the API and the pages, without `/v1`. */
  readonly api: string
  /** Origins of further API processes. */
  readonly moreApis: readonly string[]
  /** Id of the API client, and its key. */
  readonly client: string
  readonly apiKey: string
  readonly sandbox: SandboxUrls
  /** The gateway's processes in the order of `roles`. */
  readonly gateway: readonly Child[]
  readonly sandboxChild: Child
  /** Ends everything, the embedded PostgreSQL included. */
  stop(): Promise<void>
}

/**
 * Starts a sandbox and a gateway that knows it, as processes of their own, and waits until both are ready. They end
 * with this process, however it ends. Throws with the end of the log of whatever did not start.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir)
  takePlace(dataDir)
  const ends: (() => Promise<void> | void)[] = [() => leavePlace(dataDir)]
  const stop = async () => {
    for (let end = ends.pop(); end; end = ends.pop()) await end()
  }
  try {
    if (options.fresh) {
      await forgetPlace(dataDir)
      takePlace(dataDir)
    }
    return { ...(await startParts({ ...options, dataDir }, ends)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Ends = (() => Promise<void> | void)[]

async function startParts(options: StackOptions, ends: Ends): Promise<Omit<Stack, 'stop'>> {
  const { dataDir } = options
  if (!options.database) {
    const keeper = startKeeper(dataDir, options.temporary === true)
    ends.push(() => keeper.release())
  }
  // Should this fail, the keeper has not been told that all is well, and does it.
  if (options.temporary) ends.push(() => removePlace(dataDir))
  const onDeath = options.onDeath ?? reportDeath
  const sandboxChild = describeSandbox(dataDir, onDeath)
  // All are waited for, so that what has come up when another fails is ended too.
  const opened = openDatabase(options, ends).then(async (database) => {
    await migrate(dataDir, database)
    return database
  })
  const started = startAndEnd([sandboxChild], ends)
  await Promise.allSettled([opened, started])
  await started
  const database = await opened
  const port = await choosePort(dataDir, options.port)
  const sandbox = JSON.parse(sandboxChild.output().split('\n')[0] ?? '') as SandboxUrls
  const publicUrl = `http://127.0.0.1:${port}`
  const place = { dataDir, publicUrl, database, queueUrl: options.queueUrl }
  const environment = gatewayEnvironment({ ...place, port }, sandbox)
  writeEnvironment(dataDir, environment)
  const roles = options.roles ?? ['all']
  const ports = await portsFor(roles, port)
  const gateway = roles.map((role, i) => {
    const own = { ...environment, PORT: String(ports[i] ?? 0) }
    return describeGateway({ dataDir, role, number: i + 1, environment: own, onDeath })
  })
  await startAndEnd(gateway, ends)
  const apis = roles.flatMap((role, i) => (role === 'worker' ? [] : [`http://127.0.0.1:${ports[i]}`]))
  const client = await keepClient(dataDir, publicUrl, async () =>
    JSON.parse(await runOnce(['bin/kontobro.js', 'client', 'create', 'stack'], environment)),
  )
  return {
    api: publicUrl,
    moreApis: apis.slice(1),
    ...client,
    sandbox,
    gateway,
    sandboxChild,
  }
}

async function openDatabase(options: StackOptions, ends: Ends) {
  if (options.database) return options.database
  const embedded = await openEmbedded(databaseFolder(options.dataDir))
  ends.push(() => embedded.stop())
  return embedded
}

/** As an operator would, with the owner's rights; it needs nothing of the sandbox. */
async function migrate(dataDir: string, database: Required<StackOptions>['database']): Promise<void> {
  await runOnce(['src/main.ts', 'migrate'], {
    ...baseEnvironment(dataDir),
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
  })
}

/** Started together; ended together, before what they stand on. */
async function startAndEnd(children: readonly Child[], ends: Ends): Promise<void> {
  ends.push(async () => {
    await Promise.all(children.map((child) => child.kill('SIGTERM')))
  })
  await Promise.all(children.map((child) => child.start()))
}

function describeSandbox(dataDir: string, onDeath: (child: Child, exit: Exit) => void): Child {
  return describeChild({
    name: 'sandbox',
    args: ['sandbox/main.ts', '--data-dir', sandboxFolder(dataDir)],
    env: plainEnvironment(),
    logFile: `${logFolder(dataDir)}/sandbox.log`,
    isReady: (child) => child.output().includes('\n'),
    onDeath,
  })
}

type GatewayProcess = {
  readonly dataDir: string
  readonly role: Role
  readonly number: number
  readonly environment: Readonly<Record<string, string>>
  readonly onDeath: (child: Child, exit: Exit) => void
}

function describeGateway({ dataDir, role, number, environment, onDeath }: GatewayProcess): Child {
  const name = `${role}-${number}`
  return describeChild({
    name,
    args: ['src/main.ts', role],
    env: environment,
    logFile: `${logFolder(dataDir)}/${name}.log`,
    isReady: (child) =>
      child.output().includes('"msg":"ready"') && (role === 'worker' || answers(environment.PORT ?? '')),
    onDeath,
  })
}

async function answers(port: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`)
    return answer.ok
  } catch {
    return false
  }
}

/** The first process with an API gets the stack's port. */
async function portsFor(roles: readonly Role[], first: number): Promise<number[]> {
  const ports: number[] = []
  for (const role of roles) {
    const taken = ports.includes(first)
    ports.push(role === 'worker' ? 0 : taken ? await freePort(0) : first)
  }
  return ports
}

/** Runs a command of the gateway to its end. Answers what it printed; throws with its errors when it fails. */
async function runOnce(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  if (code !== 0) throw new Error(`${args.join(' ')} failed (${code}):\n${texts.err || texts.out}`)
  return texts.out
}

function reportDeath(child: Child, exit: Exit): void {
  process.stderr.write(
    `${child.name} ended unexpectedly (${exit.signal ?? exit.code}). Its log, ${child.logFile}, ends:\n${endOfLog(child)}\n`,
  )
}
