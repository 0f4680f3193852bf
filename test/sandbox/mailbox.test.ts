import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linksOf } from '../../sandbox/mailbox/mail.ts'
import { startMailbox } from '../../sandbox/mailbox/server.ts'
import { idsContext } from './ids-context.ts'

const context = idsContext()
let service: Awaited<ReturnType<typeof startMailbox>>
beforeAll(async () => {
  service = await startMailbox(context)
})
afterAll(async () => {
  await service.close()
  await context.forget()
})

const send = (mail: { to: string; subject: string; text?: string; html?: string }) =>
  createTransport(service.smtp).sendMail({ from: 'Kontobro <no-reply@example.test>', ...mail })
const readPage = async () => (await fetch(service.url)).text()

test('a mail is kept with its Norwegian letters and its link when the sender is told so', async () => {
  const link = 'http://127.0.0.1:1/sign/abc?x=1&y=2'
  await send({
    to: 'kari@example.test',
    subject: 'Avtale å signere',
    text: `Hei, blåbærsyltetøy.\nSigner her: ${link}.`,
  })
  expect(context.state.data.mails.at(-1)).toMatchObject({
    to: 'kari@example.test',
    subject: 'Avtale å signere',
    text: expect.stringContaining('blåbærsyltetøy'),
    links: [link],
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  })
  expect(await readPage()).toContain('href="http://127.0.0.1:1/sign/abc?x=1&amp;y=2"')
})

test('the newest mail stands first', async () => {
  await send({ to: 'a@example.test', subject: 'older', text: '-' })
  await send({ to: 'a@example.test', subject: 'newer', text: '-' })
  const page = await readPage()
  expect(page.indexOf('newer')).toBeLessThan(page.indexOf('older'))
})

test('a mail cannot write into the page', async () => {
  await send({ to: 'a@example.test', subject: '<b>bold</b>', text: '<script>alert(1)</script>' })
  const page = await readPage()
  expect(page).not.toContain('<script>')
  expect(page).not.toContain('<b>bold')
})

test('every recipient of the envelope is named', async () => {
  await send({ to: 'a@example.test, b@example.test', subject: 'both', text: '-' })
  expect(context.state.data.mails.at(-1)?.to).toBe('a@example.test, b@example.test')
})

test.for([
  ['Se https://a.test/x, og (https://b.test/y).', '', ['https://a.test/x', 'https://b.test/y']],
  ['javascript:alert(1) ftp://a.test', '<a href="javascript:x">x</a>', []],
  [
    'https://a.test',
    '<a href="https://a.test">a</a><a href="https://b.test/?p=1&amp;q=2">b</a>',
    ['https://a.test', 'https://b.test/?p=1&q=2'],
  ],
] as const)('links of %j', ([text, markup, links]) => {
  expect(linksOf(text, markup)).toEqual(links)
})
