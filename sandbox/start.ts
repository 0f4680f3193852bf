import { startBank, startOtherInterface } from './bank/server.ts'
import { startBankid } from './bankid/server.ts'
import { openClock } from './clock.ts'
import type { SandboxContext, SandboxUrls } from './context.ts'
import { startControl } from './control/server.ts'
import { startEsign } from './esign/server.ts'
import { startMailbox } from './mailbox/server.ts'
import { openPki, type PkiPaths } from './pki.ts'
import { startRegister } from './register/server.ts'
import { seedData } from './seed.ts'
import { forgetState, openStore } from './state.ts'
import { world } from './world.ts'

export type SandboxOptions = {
  /** Where state, clock and PKI are kept; made if it is not there. */
  dataDir: string
  /** Port of the control server; otherwise the one it had before, or a free one. */
  port?: number
  /** Begin with a new test world (the PKI stays). */
  fresh?: boolean
}

export type Sandbox = { urls: SandboxUrls; pki: PkiPaths; close: () => Promise<void> }

function openContext(options: SandboxOptions): SandboxContext {
  const { dataDir } = options
  if (options.fresh) forgetState(dataDir)
  const pki = openPki(dataDir)
  const clock = openClock(dataDir)
  const state = openStore(dataDir, () => seedData(clock.today()))
  if (options.port !== undefined) state.data.ports.control = options.port
  const urls: SandboxUrls = {
    control: '',
    bank: '',
    bank2: '',
    bank2Platform: '',
    bankPages: '',
    bank2Pages: '',
    bankid: '',
    esign: '',
    register: '',
    mailbox: '',
    smtp: { host: '127.0.0.1', port: 0 },
    clockFile: clock.file,
    pki: pki.paths,
  }
  return { dataDir, state, clock, pki, world, urls }
}

/** Starts every server of the sandbox in this process. State survives `close` and kill -9. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const context = openContext(options)
  const { urls } = context
  const first = await startBank(context, 'fjordbanken')
  const second = await startBank(context, 'tindebanken')
  const platform = await startOtherInterface(context, second.bank)
  urls.bank = first.api.url
  urls.bankPages = first.pages.url
  urls.bank2 = second.api.url
  urls.bank2Platform = platform.url
  urls.bank2Pages = second.pages.url
  const bankid = await startBankid(context)
  urls.bankid = bankid.url
  const esign = await startEsign(context)
  urls.esign = esign.url
  const register = await startRegister(context)
  urls.register = register.url
  const mailbox = await startMailbox(context)
  urls.mailbox = mailbox.url
  urls.smtp = mailbox.smtp
  const control = await startControl(context, [first.bank, second.bank])
  urls.control = control.url
  await context.state.saved()
  const services = [
    first.api,
    first.pages,
    second.api,
    second.pages,
    platform,
    bankid,
    esign,
    register,
    mailbox,
    control,
  ]
  return {
    urls,
    pki: context.pki.paths,
    close: async () => {
      await Promise.all(services.map((service) => service.close()))
      await context.state.close()
    },
  }
}
