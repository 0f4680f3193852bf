import type { AddressInfo } from 'node:net'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/domain/ids.ts'
import { type Mailer, smtpMailer } from '../../src/jobs/message-send/mailer.ts'
import { giveUp, sendMessage } from '../../src/jobs/message-send/work.ts'
import type { MessagePorts } from '../../src/jobs/ports.ts'
import { type TestGround, testGround } from './ground.ts'

let ground: TestGround
let ports: MessagePorts
let server: SMTPServer
let mailer: Mailer
let refuse: number | undefined
let mails: { from: string | undefined; to: string; subject: string; text: string; id: string }[]

beforeAll(async () => {
  ground = await testGround()
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        if (refuse) {
          done(Object.assign(new Error('no'), { responseCode: refuse }))
          return
        }
        const to = Array.isArray(mail.to) ? '' : (mail.to?.text ?? '')
        mails.push({
          from: mail.from?.text,
          to,
          subject: mail.subject ?? '',
          text: (mail.text ?? '').trim(),
          id: mail.messageId ?? '',
        })
        done()
      }, done)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  mailer = smtpMailer({ url: `smtp://127.0.0.1:${port}`, from: 'Kontobro <post@eksempel.test>' })
  ports = { ...ground, mailer }
})
beforeEach(() => {
  mails = []
  refuse = undefined
})
afterAll(async () => {
  mailer.close()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  await ground.close()
})

async function message(): Promise<{ clientId: string; id: string }> {
  const clientId = await ground.newClient()
  const id = newId('message', ground.clock.now())
  await ground.db.forClient(clientId, async (tx) => {
    const companyId = newId('company', tx.now)
    const userId = newId('user', tx.now)
    const createdAt = tx.now
    await tx.prisma.company.create({
      data: { id: companyId, clientId, organisationNumber: '312345676', name: 'Eksempel AS', createdAt },
    })
    await tx.prisma.user.create({
      data: {
        id: userId,
        clientId,
        companyId,
        name: 'Prøve Person',
        email: 'a@eksempel.test',
        roles: [],
        createdAt,
      },
    })
    const seal = (text: string) => ground.vault.seal(tx, { kind: 'person', companyId, userId }, text)
    await tx.prisma.message.create({
      data: {
        id,
        clientId,
        companyId,
        userId,
        channel: 'email',
        address: await seal('prove@eksempel.test'),
        subject: await seal('Avtale å signere'),
        body: await seal('Hei, åpne lenken'),
        state: 'pending',
        createdAt,
      },
    })
  })
  return { clientId, id }
}
const run = ({ clientId, id }: { clientId: string; id: string }, with_ = ports) =>
  sendMessage(with_, { clientId, subjectId: id, attempt: 1, signal: new AbortController().signal })
const rowOf = ({ clientId, id }: { clientId: string; id: string }) =>
  ground.db.forClient(clientId, (tx) => tx.prisma.message.findUniqueOrThrow({ where: { id } }))

describe('a message', () => {
  it('is mailed once', async () => {
    const mail = await message()
    expect(await run(mail)).toBe('done')
    expect(await run(mail)).toBe('done')
    expect(mails).toEqual([
      {
        from: '"Kontobro" <post@eksempel.test>',
        to: 'prove@eksempel.test',
        subject: 'Avtale å signere',
        text: 'Hei, åpne lenken',
        id: `<${mail.id}@eksempel.test>`,
      },
    ])
    const row = await rowOf(mail)
    expect(row.state).toBe('sent')
    expect(row.sentAt).not.toBeNull()
  })

  it('that the server refuses for good has failed, and may be asked for again', async () => {
    const mail = await message()
    refuse = 550
    expect(await run(mail)).toBe('done')
    expect((await rowOf(mail)).state).toBe('failed')
    refuse = undefined
    await run(mail)
    expect((await rowOf(mail)).state).toBe('sent')
  })

  it('that the server refuses for now is left to the retry', async () => {
    const mail = await message()
    refuse = 451
    await expect(run(mail)).rejects.toThrow()
    expect((await rowOf(mail)).state).toBe('pending')
  })

  it('to a person who was erased has failed', async () => {
    const mail = await message()
    await ground.db.forClient(mail.clientId, (tx) =>
      tx.prisma.dataKey.updateMany({ data: { wrapped: null, destroyedAt: tx.now } }),
    )
    expect(await run(mail)).toBe('done')
    expect((await rowOf(mail)).state).toBe('failed')
    expect(mails).toEqual([])
  })

  it('has failed when the retries are used up', async () => {
    const mail = await message()
    const decision = { kind: 'give_up', reason: 'a reason' } as const
    await ground.db.forClient(mail.clientId, (tx) =>
      giveUp(tx, ports, { clientId: mail.clientId, subjectId: mail.id, decision, error: new Error('x') }),
    )
    expect((await rowOf(mail)).state).toBe('failed')
  })
})
