import type { SandboxContext, Service } from '../context.ts'
import {
  empty,
  type Handler,
  htmlPage,
  json,
  type Reply,
  type Routes,
  redirect,
  refuse,
  serve,
} from '../http.ts'
import type { SignOrder } from '../state.ts'
import {
  closeOrder,
  createOrder,
  findOrder,
  type OrderProblem,
  originalDocument,
  signedDocument,
  signOrder,
} from './orders.ts'
import { closedPage, signPage, unknownPage } from './pages.ts'
import { readNewOrder } from './request.ts'
import { createTokens } from './token.ts'

export { signOrder } from './orders.ts'

const problems: Record<OrderProblem, number> = { order_unknown: 404, person_unknown: 422, order_closed: 409 }
const problem = (code: OrderProblem): Reply => json(problems[code], { error: code })

const pdfAnswer = (pdf: Buffer): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/pdf', 'cache-control': 'no-store' },
  body: pdf,
})

/** Where the browser goes after signing or declining: the order's redirectUrl with `orderId`. */
export function returnUrl(order: SignOrder): string {
  const url = new URL(order.redirectUrl)
  url.searchParams.set('orderId', order.id)
  return url.href
}

/** The order as the API shows it. `signer` stands there once it is signed. */
function orderAnswer(origin: string, order: SignOrder) {
  const { signature } = order
  return {
    orderId: order.id,
    status: order.status,
    reference: order.reference,
    signUrl: `${origin}/sign/${order.id}`,
    createdAt: order.createdAt,
    expiresAt: order.expiresAt,
    documents: order.documents.map(({ name }) => ({ name })),
    ...(signature && {
      signer: {
        name: signature.name,
        birthdate: signature.birthdate,
        bankidAltsub: signature.bankidAltsub,
        acr: signature.acr,
        signedAt: signature.signedAt,
        certificateChain: signature.certificateChain,
      },
    }),
  }
}

/** The order of the path, or 404. */
function orderOf(context: SandboxContext, id: string | undefined): SignOrder {
  return findOrder(context, id ?? '') ?? refuse(problem('order_unknown'))
}

/** The API under `/orders`: every request with a bearer token. */
function apiRoutes(context: SandboxContext, origin: () => string): Routes {
  return {
    'POST /orders': async (request) => {
      const order = await createOrder(context, await readNewOrder(request.json()))
      return json(201, orderAnswer(origin(), order), { location: `${origin()}/orders/${order.id}` })
    },
    'GET /orders/:id': ({ params }) => json(200, orderAnswer(origin(), orderOf(context, params.id))),
    'GET /orders/:id/document': async ({ params }) => {
      const pdf = await signedDocument(context, orderOf(context, params.id))
      return pdf ? pdfAnswer(pdf) : json(409, { error: 'order_not_signed' })
    },
    'DELETE /orders/:id': ({ params }) => {
      const outcome = closeOrder(context, params.id ?? '', 'cancelled')
      return typeof outcome === 'string' ? problem(outcome) : empty(204)
    },
  }
}

/** The order of a page, or the page that says that it is none. */
function shownOrder(context: SandboxContext, id: string | undefined): SignOrder {
  return findOrder(context, id ?? '') ?? refuse(htmlPage(404, unknownPage()))
}

/** The sign page: what the signer's browser sees. */
function pageRoutes(context: SandboxContext): Routes {
  const { people } = context.world
  const show: Handler = ({ params }) => {
    const order = shownOrder(context, params.id)
    if (order.status !== 'created') return htmlPage(200, closedPage(order.status, returnUrl(order)))
    return htmlPage(200, signPage(order, people))
  }
  return {
    'GET /sign/:id': show,
    'GET /sign/:id/document': async ({ params }) =>
      pdfAnswer(await originalDocument(context, shownOrder(context, params.id))),
    'POST /sign/:id': async (request) => {
      const order = shownOrder(context, request.params.id)
      const form = request.form()
      const outcome =
        form.get('action') === 'decline'
          ? closeOrder(context, order.id, 'rejected')
          : await signOrder(
              context,
              order.id,
              form.get('action') === 'sign' ? (form.get('person') ?? '') : '',
            )
      if (outcome === 'person_unknown') return { ...(await show(request)), status: 422 }
      if (outcome === 'order_closed') return show(request)
      return redirect(returnUrl(order))
    },
  }
}

/**
 * The e-sign provider: signing orders over one PDF (`/oauth/token`, `/orders`) and the page where the signer
 * chooses a test person (`/sign/{orderId}`). The result is a PAdES signature by the sandbox's person CA.
 */
export async function startEsign(context: SandboxContext): Promise<Service> {
  const tokens = createTokens()
  let origin = ''
  const guarded = (routes: Routes): Routes =>
    Object.fromEntries(
      Object.entries(routes).map(([key, handler]): [string, Handler] => [
        key,
        (request) => {
          tokens.check(request)
          return handler(request)
        },
      ]),
    )
  const service = await serve(context, 'esign', {
    'POST /oauth/token': (request) => tokens.issue(request),
    ...guarded(apiRoutes(context, () => origin)),
    ...pageRoutes(context),
  })
  origin = service.url
  return service
}
