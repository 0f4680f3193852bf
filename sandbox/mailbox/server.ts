import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'
import type { SandboxContext, Service } from '../context.ts'
import { bindPort, htmlPage, serve } from '../http.ts'
import { readMail } from './mail.ts'
import { mailboxPage } from './page.ts'

const mailsKept = 1000
const maxMailBytes = 10 * 1024 * 1024

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Stores a mail; the sender is told so only once it is on disk. */
async function keepMail(context: SandboxContext, raw: Buffer, to: string[]): Promise<void> {
  const { state } = context
  const mail = await readMail(raw, { id: `mail-${state.next()}`, to, at: context.clock.now() })
  state.data.mails.push(mail)
  if (state.data.mails.length > mailsKept) state.data.mails.shift()
  state.changed()
  await state.saved()
}

function createSmtpServer(context: SandboxContext): SMTPServer {
  return new SMTPServer({
    name: 'sandbox',
    // Without a certificate that senders trust, STARTTLS would only make them fail.
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: maxMailBytes,
    // A client that keeps its connection open does not hold up the end.
    closeTimeout: 200,
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map((recipient) => recipient.address)
      readAll(stream)
        .then((raw) => {
          if (stream.sizeExceeded) throw Object.assign(new Error('message too large'), { responseCode: 552 })
          return keepMail(context, raw, to)
        })
        .then(() => done(), done)
    },
  })
}

/** The mail server (SMTP without log-in) and the page where its mails are read. */
export async function startMailbox(
  context: SandboxContext,
): Promise<Service & { smtp: { host: string; port: number } }> {
  const smtp = createSmtpServer(context)
  const port = await bindPort(context, 'smtp', smtp.server)
  smtp.on('error', (error) => process.stderr.write(`sandbox: smtp: ${error.message}\n`))
  const web = await serve(context, 'mailbox', {
    'GET /': () => htmlPage(200, mailboxPage(context.state.data.mails)),
  })
  const close = async () => {
    await Promise.all([new Promise<void>((resolve) => smtp.close(() => resolve())), web.close()])
  }
  return { ...web, smtp: { host: '127.0.0.1', port }, close }
}
