import type { SandboxContext, Service } from '../context.ts'
import { type Handler, type Incoming, json, type Reply, serve } from '../http.ts'
import type { Company } from '../world.ts'
import { type AnswerContext, authorityAnswer, deletedUnitAnswer, rolesAnswer, unitAnswer } from './answers.ts'

type Answer = (at: AnswerContext, company: Company) => unknown

function badRequest(at: AnswerContext, path: string): Reply {
  return json(400, {
    timestamp: at.now.toISOString(),
    status: 400,
    error: 'Bad Request',
    message: 'Feilmelding: organisasjonsnummer må bestå av 9 siffer',
    path,
  })
}

const notFound = (at: AnswerContext, path: string): Reply =>
  json(404, { timestamp: at.now.toISOString(), status: 404, error: 'Not Found', path })

/**
 * The business register: units, roles and signing rights in the shape of the public one (data.brreg.no).
 * 400 for what is no organisation number, 404 for an unknown one, 410 for a deleted company.
 */
export async function startRegister(context: SandboxContext): Promise<Service> {
  const { world } = context
  let origin = ''
  const answer =
    (build: Answer): Handler =>
    (request: Incoming) => {
      const at = { world, origin, now: context.clock.now() }
      const organisationNumber = request.params.orgnr ?? ''
      if (!/^\d{9}$/.test(organisationNumber)) return badRequest(at, request.path)
      const company = world.company(organisationNumber)
      if (!company) return notFound(at, request.path)
      if (company.deletedAt !== null) return json(410, deletedUnitAnswer(at, company))
      return json(200, build(at, company))
    }
  const authority = (kind: 'signatur' | 'prokura') =>
    answer((at, company) => authorityAnswer(at, company, kind, context.state.next()))

  const service = await serve(context, 'register', {
    'GET /enhetsregisteret/api/enheter/:orgnr': answer(unitAnswer),
    'GET /enhetsregisteret/api/enheter/:orgnr/roller': answer(rolesAnswer),
    'GET /fullmakt/enheter/:orgnr/signatur': authority('signatur'),
    'GET /fullmakt/enheter/:orgnr/prokura': authority('prokura'),
  })
  origin = service.url
  return service
}
