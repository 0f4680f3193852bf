import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { schedule } from '../due-work.ts'
import type { Vault } from '../vault.ts'

export type Language = 'nb' | 'en'

const letters = {
  sign: {
    nb: (company: string) => ({
      subject: `Signer bankavtalen for ${company}`,
      lead: `${company} skal kobles til banken. Du er bedt om å lese og signere avtalen med BankID. Det tar under fem minutter.`,
    }),
    en: (company: string) => ({
      subject: `Sign the bank agreement of ${company}`,
      lead: `${company} is to be connected to its bank. You are asked to read and sign the agreement with BankID. It takes less than five minutes.`,
    }),
  },
  consent: {
    nb: (company: string) => ({
      subject: `Gi tilgang til banken for ${company}`,
      lead: `For at saldo og transaksjoner skal hentes for ${company}, må du godkjenne det i banken din. Gjør det bare hvis du har rettigheter i selskapets nettbank.`,
    }),
    en: (company: string) => ({
      subject: `Give access to the bank of ${company}`,
      lead: `To fetch balances and transactions of ${company}, your approval at the bank is needed. Do this only if you have rights in the company's online bank.`,
    }),
  },
  approve: {
    nb: (company: string) => ({
      subject: `Betaling til godkjenning for ${company}`,
      lead: `En betaling fra ${company} venter på at du godkjenner den.`,
    }),
    en: (company: string) => ({
      subject: `A payment of ${company} awaits approval`,
      lead: `A payment from ${company} waits for your approval.`,
    }),
  },
} as const

const endings = {
  nb: 'Lenken er personlig og gjelder i 14 dager. Ingenting skjer før du har logget inn med BankID.',
  en: 'The link is personal and valid for 14 days. Nothing happens before you have logged in with BankID.',
} as const

/**
 * Writes a letter with a personal link to the outbox, in the transaction that calls for it; the job
 * `message-send` posts it. Address and text are sealed under the person's key.
 */
export async function writeLetter(
  tx: Tx,
  vault: Vault,
  letter: {
    kind: keyof typeof letters
    language: Language
    user: { id: string; companyId: string; name: string; email: string }
    companyName: string
    url: string
  },
): Promise<void> {
  const { user } = letter
  const words = letters[letter.kind][letter.language](letter.companyName)
  const greeting = letter.language === 'nb' ? `Hei ${user.name},` : `Dear ${user.name},`
  const body = [greeting, words.lead, letter.url, endings[letter.language]].join('\n\n')
  const subject = { kind: 'person', companyId: user.companyId, userId: user.id } as const
  const id = newId('message', tx.now)
  await tx.prisma.message.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: user.companyId,
      userId: user.id,
      channel: 'email',
      address: await vault.seal(tx, subject, user.email),
      subject: await vault.seal(tx, subject, words.subject),
      body: await vault.seal(tx, subject, body),
      state: 'pending',
      createdAt: tx.now,
    },
  })
  await schedule(tx, { kind: 'message-send', subjectId: id, companyId: user.companyId, dueAt: tx.now })
}
