import type { Bank } from '../bank/banks.ts'
import { runDue } from '../bank/due.ts'
import type { SandboxContext, Service } from '../context.ts'
import { json, type Reply, type Routes, serve } from '../http.ts'
import { getClock, postClock } from './clock.ts'
import { getFaults, postFault } from './faults.ts'
import { getLedger } from './ledger.ts'
import { postSca } from './sca.ts'
import { postSign } from './sign.ts'
import { postTransaction } from './transactions.ts'

function getPeople({ world }: SandboxContext): Reply {
  const people = world.people.map(({ id, name, birthdate, nationalNumber, bankidAltsub }) => ({
    id,
    name,
    birthdate,
    nationalNumber,
    bankidAltsub,
  }))
  return json(200, people)
}

function getMailbox({ state }: SandboxContext): Reply {
  const messages = state.data.mails.map(({ id, to, subject, text, links, at }) => ({
    id,
    to,
    subject,
    text,
    links,
    at,
  }))
  return json(200, messages)
}

/** The sandbox's control: what tests and demos use to make things happen and to see what is true. */
export function startControl(context: SandboxContext, banks: readonly Bank[]): Promise<Service> {
  const routes: Routes = {
    'POST /control/transactions': (request) => postTransaction(context, request),
    'GET /control/clock': () => getClock(context),
    'POST /control/clock': (request) => postClock(context, request),
    'GET /control/faults': () => getFaults(context),
    'POST /control/faults': (request) => postFault(context, banks, request),
    'POST /control/sign': (request) => postSign(context, request),
    'POST /control/sca': (request) => postSca(context, banks, request),
    'GET /control/ledger': () => getLedger(context),
    'GET /control/people': () => getPeople(context),
    'GET /control/companies': () => json(200, context.world.companies),
    'GET /control/mailbox': () => getMailbox(context),
    'GET /control/urls': () => json(200, context.urls),
  }
  const current: Routes = Object.fromEntries(
    Object.entries(routes).map(([key, handler]) => [
      key,
      (request) => {
        runDue(context)
        return handler(request)
      },
    ]),
  )
  return serve(context, 'control', current)
}
