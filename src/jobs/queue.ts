import {
  createPostgresBackend,
  createRedisBackend,
  type Queue,
  type Job as QueuedJob,
  type Worker,
  withBackend,
} from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { DueKind } from '../due-work.ts'

/** What travels: ids only. The truth is the row in `due_work`; losing all of this loses nothing. */
export type Payload = { readonly dueId: string; readonly clientId: string; readonly token: string }

export type QueueHandle = {
  /** Puts jobs on the queue of their kind. The same id is put once. */
  put(kind: DueKind, jobs: readonly { id: string; payload: Payload }[]): Promise<void>
  waiting(kind: DueKind): Promise<number>
  /** Starts taking jobs of one kind. `run` never throws: what failed stands in the database. */
  consume(kind: DueKind, concurrency: number, run: (payload: Payload) => Promise<void>): Promise<void>
  /** Takes no new jobs and waits for those that run. */
  drain(): Promise<void>
  close(): Promise<void>
}

export type QueueOptions = {
  /** `redis://…`; without it BullMQ's PostgreSQL backend in the schema `bullmq` of `databaseUrl`. */
  readonly queueUrl?: string | undefined
  readonly databaseUrl: string
  readonly kinds: readonly DueKind[]
  /** Keeps deployments that share one Redis apart. */
  readonly prefix?: string | undefined
  readonly onError: (error: Error) => void
}

/** Restarts belong to the due loop, which knows the time and the reason; the queue only carries. */
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

type Opened = {
  queue(name: string): Queue<Payload>
  worker(name: string, concurrency: number, run: (job: QueuedJob<Payload>) => Promise<void>): Worker<Payload>
  close(): Promise<void>
}

function onPostgres(options: QueueOptions): Opened {
  // A worker keeps one connection to listen on; the rest is shared by all queues.
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.kinds.length + 4,
    keepAlive: true,
    options: '-c search_path=bullmq',
    application_name: 'kontobro-queue',
  })
  pool.setMaxListeners(0)
  pool.on('error', options.onError)
  const { Queue, Worker } = withBackend(createPostgresBackend)
  const connection = pool as pg.Pool & Record<string, unknown>
  return {
    queue: (name) =>
      new Queue<Payload>(name, { connection, defaultJobOptions: jobOptions }) as unknown as Queue<Payload>,
    worker: (name, concurrency, run) =>
      new Worker<Payload>(name, run, { connection, concurrency }) as unknown as Worker<Payload>,
    close: () => pool.end(),
  }
}

function onRedis(url: string, options: QueueOptions): Opened {
  // Producers fail fast, so that the due loop notices; consumers wait for Redis to come back (BullMQ asks for that).
  const producer = new Redis(url, { maxRetriesPerRequest: 1, lazyConnect: false })
  const consumer = new Redis(url, { maxRetriesPerRequest: null })
  for (const connection of [producer, consumer]) connection.on('error', options.onError)
  const prefix = options.prefix ?? 'kontobro'
  const { Queue, Worker } = withBackend(createRedisBackend)
  return {
    queue: (name) =>
      new Queue<Payload>(name, { connection: producer, prefix, defaultJobOptions: jobOptions }),
    worker: (name, concurrency, run) =>
      new Worker<Payload>(name, run, { connection: consumer, prefix, concurrency }),
    async close() {
      producer.disconnect()
      consumer.disconnect()
    },
  }
}

/** Opens BullMQ on either backend: the only place that knows it. One queue per kind of work. */
export function openQueue(options: QueueOptions): QueueHandle {
  const opened = options.queueUrl ? onRedis(options.queueUrl, options) : onPostgres(options)
  const queues = new Map(
    options.kinds.map((kind) => {
      const queue = opened.queue(kind)
      queue.on('error', options.onError)
      return [kind, queue] as const
    }),
  )
  const workers: Worker<Payload>[] = []
  const queueOf = (kind: DueKind) => {
    const queue = queues.get(kind)
    if (!queue) throw new Error(`no queue for ${kind}`)
    return queue
  }
  return {
    async put(kind, jobs) {
      await queueOf(kind).addBulk(
        jobs.map(({ id, payload }) => ({ name: kind, data: payload, opts: { jobId: id } })),
      )
    },
    waiting: (kind) => queueOf(kind).getWaitingCount(),
    async consume(kind, concurrency, run) {
      const worker = opened.worker(kind, concurrency, (job) => run(job.data))
      worker.on('error', options.onError)
      workers.push(worker)
      await worker.waitUntilReady()
    },
    async drain() {
      await Promise.all(workers.map((worker) => worker.close()))
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close(true)))
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await opened.close()
    },
  }
}
