import { AsyncLocalStorage } from 'node:async_hooks'
import { auditSigner } from '../src/audit/head.ts'
import { readConfig, readPem } from '../src/config.ts'
import type { Connector, StatementReads } from '../src/connectors/connector.ts'
import { createGateway, type GatewayPorts } from '../src/gateway.ts'
import { createLogger } from '../src/http/logging.ts'
import type { JobDefinition } from '../src/jobs/define-job.ts'
import { jobs } from '../src/jobs/index.ts'
import { startRelay, startSealer } from '../src/jobs/loops.ts'
import type { JobPorts } from '../src/jobs/ports.ts'
import { sharedConcurrency, startWorker } from '../src/jobs/runtime.ts'
import type { SyncWorld } from './sync-world.ts'

/** Milliseconds of reads that ended, summed. */
export type Stages = {
  syncs: number
  /** Calls of the connector: waiting for the bank, and reading its answers. */
  connector: number
  database: number
}

export type MeasuredWorker = {
  readonly stages: Stages
  /** How many reads run at a time. */
  readonly concurrency: number
  /** Sum of the bank's calls so far, milliseconds. */
  bankMs(): Promise<number>
  stop(): Promise<void>
}

/** The worker of the gateway as it runs in production, with a watch on what each read waits for. */
export async function startMeasured(world: SyncWorld): Promise<MeasuredWorker> {
  const config = readConfig(world.env)
  const log = createLogger({ level: 'error' })
  const gateway = createGateway({
    config,
    databaseUrl: world.databaseUrl,
    publicUrl: 'http://localhost',
    log,
  })
  const stages: Stages = { syncs: 0, connector: 0, database: 0 }
  const inside = new AsyncLocalStorage<true>()
  const watched = watch(gateway.ports, stages, inside)
  const measured = jobs.map((job) => (job.kind === 'statements-sync' ? timedJob(job, stages, inside) : job))
  const worker = await startWorker<JobPorts>(watched, {
    databaseUrl: world.databaseUrl,
    jobs: measured,
    connections: config.DATABASE_POOL,
  })
  const relay = startRelay(gateway.ports, { onFed: () => worker.nudge() })
  const sealer = startSealer(gateway.ports, { signer: auditSigner(readPem(config.AUDIT_KEY)) })
  return {
    stages,
    concurrency: sharedConcurrency(jobs, config.DATABASE_POOL).get('statements-sync') ?? 1,
    bankMs: () => bankMs(gateway.ports),
    async stop() {
      await Promise.all([relay.stop(), sealer.stop(), worker.stop()])
      await gateway.close()
    },
  }
}

async function timedInto<T>(stages: Stages, stage: keyof Stages, work: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  try {
    return await work()
  } finally {
    stages[stage] += performance.now() - begun
  }
}

function timedJob(
  job: JobDefinition<JobPorts>,
  stages: Stages,
  inside: AsyncLocalStorage<true>,
): JobDefinition<JobPorts> {
  return {
    ...job,
    work: (ports, run) =>
      inside.run(true, async () => {
        const outcome = await job.work(ports, run)
        stages.syncs++
        return outcome
      }),
  }
}

function watch(ports: GatewayPorts, stages: Stages, inside: AsyncLocalStorage<true>): GatewayPorts {
  const { db, registry } = ports
  const timedReads = (reads: StatementReads): StatementReads => ({
    balances: (...args) => timedInto(stages, 'connector', () => reads.balances(...args)),
    transactions: (...args) => timedInto(stages, 'connector', () => reads.transactions(...args)),
  })
  const timedConnector = (connector: Connector): Connector => {
    const { statements } = connector
    return statements ? { ...connector, statements: timedReads(statements) } : connector
  }
  return {
    ...ports,
    db: {
      ...db,
      forClient: (...args) =>
        inside.getStore()
          ? timedInto(stages, 'database', () => db.forClient(...args))
          : db.forClient(...args),
    },
    registry: {
      ...registry,
      connectorFor: (...args) => timedConnector(registry.connectorFor(...args)),
    },
  }
}

async function bankMs(ports: GatewayPorts): Promise<number> {
  const metrics = (await ports.bankCalls?.getMetricsAsJSON()) ?? []
  const values = metrics.flatMap((metric) => metric.values) as { metricName?: string; value: number }[]
  const sums = values.filter(({ metricName }) => metricName === 'kontobro_bank_call_duration_seconds_sum')
  return sums.reduce((sum, { value }) => sum + value, 0) * 1_000
}
