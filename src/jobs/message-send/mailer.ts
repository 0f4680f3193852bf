import { createTransport } from 'nodemailer'

export type Mail = {
  /** Becomes the Message-ID: a mail that was sent twice after a crash can be told by it. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

export type Mailer = {
  /** Resolves when the server has taken the mail over. */
  send(mail: Mail): Promise<void>
  close(): void
}

/** The server says that this mail will never be taken (SMTP 5xx): the address or the mail is at fault. */
export class MailRefused extends Error {}

const deadlineMs = 20_000

/** Mail over SMTP. `url` as nodemailer takes it (`smtp://user:password@host:587`); `from` is the sender's address. */
export function smtpMailer(options: { url: string; from: string }): Mailer {
  const transport = createTransport({
    url: options.url,
    connectionTimeout: deadlineMs,
    greetingTimeout: deadlineMs,
    socketTimeout: deadlineMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = /@([^>\s]+)/.exec(options.from)?.[1] ?? 'localhost'
  return {
    async send(mail) {
      try {
        await transport.sendMail({
          from: options.from,
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          messageId: `<${mail.id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
      } catch (error) {
        const code =
          error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN
        if (code >= 500 && code < 600) throw new MailRefused(`the mail server answered ${code}`)
        throw error
      }
    },
    close: () => transport.close(),
  }
}
