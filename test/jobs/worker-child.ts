// A worker process for tests to kill. Its job does what every job must: look first, then do what is left.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { openDb } from '../../src/db.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { appendEvent } from '../../src/events/append.ts'
import type { Ground } from '../../src/ground.ts'
import { defineJob } from '../../src/jobs/define-job.ts'
import { startRelay } from '../../src/jobs/loops.ts'
import { startWorker } from '../../src/jobs/runtime.ts'
import { createVault } from '../../src/vault.ts'

const { TEST_APP_URL: databaseUrl = '', TEST_QUEUE_URL: queueUrl } = process.env
const ground: Ground = {
  db: openDb({ url: databaseUrl, poolSize: 6, clock: systemClock }),
  clock: systemClock,
  vault: createVault({ keyEncryptionKey: randomBytes(32), indexKey: randomBytes(32) }),
  log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
  kind: 'sandbox',
  publicUrl: 'http://127.0.0.1:1',
}

const job = defineJob<Ground>({
  kind: 'consent-check',
  concurrency: 4,
  leaseMs: 600,
  async work({ db }, { clientId, subjectId }) {
    await sleep(20 + Math.random() * 80)
    await db.forClient(clientId, async (tx) => {
      // The message stands for the subject's state: one that is sent is done.
      const moved = await tx.prisma.message.updateMany({
        where: { id: subjectId, state: 'pending' },
        data: { state: 'sent', sentAt: tx.now },
      })
      if (moved.count === 0) return
      await sleep(Math.random() * 30)
      const event = { type: 'company.created', resourceType: 'message', resourceId: subjectId } as const
      await appendEvent(tx, { ...event, companyId: null })
    })
    await sleep(Math.random() * 40)
    return 'done'
  },
})

const worker = await startWorker(ground, {
  queueUrl,
  databaseUrl,
  jobs: [job],
  intervalMs: 50,
  queueLeaseMs: 1500,
  queuePrefix: 'killed',
})
const relay = startRelay(ground, { intervalMs: 50 })
process.stdout.write('ready\n')
process.once('SIGTERM', async () => {
  await Promise.all([worker.stop(), relay.stop()])
  await ground.db.close()
  process.exit(0)
})
