import { berlinGroupConnector, type ConnectorPorts } from './berlin-group.ts'
import type { Connector } from './connector.ts'
import { ConnectorFailure } from './failure.ts'
import { createHttpClient, type Trust } from './http-client.ts'
import { type Institution, mainRoute } from './institutions.ts'

export type Registry = {
  institutions(): readonly Institution[]
  institution(institutionId: string): Institution | undefined
  /** Names of the ways to a bank, the main one first; none for a bank that is not in the catalogue. */
  routesOf(institutionId: string): readonly string[]
  /**
   * The connector of one way to a bank.
   * @param route the main one unless it is named
   * @throws ConnectorFailure not_supported for a bank that is not in the catalogue, or has no such route
   */
  connectorFor(institutionId: string, route?: string): Connector
  close(): Promise<void>
}

/** `trust` is null where no bank is reached directly. */
export type RegistryPorts = Omit<ConnectorPorts, 'http' | 'trust'> & { readonly trust: Trust | null }

/**
 * The banks of the operator's catalogue, each with its connector, made at first use. All share one HTTP client:
 * it keeps a pool per origin, so two rows of one platform share connections and nobody else's do.
 */
export function createRegistry(institutions: readonly Institution[], ports: RegistryPorts): Registry {
  const { trust } = ports
  if (!trust && institutions.length > 0)
    throw new Error('the banks of the catalogue need a client certificate')
  const http = trust && createHttpClient(trust, ports.limits)
  const byId = new Map(institutions.map((institution) => [institution.id, institution]))
  const connectors = new Map<string, Connector>()

  function connectorFor(institutionId: string, route = mainRoute): Connector {
    const key = `${institutionId} ${route}`
    const known = connectors.get(key)
    if (known) return known
    const institution = byId.get(institutionId)
    if (!institution || !trust || !http) {
      throw new ConnectorFailure({ kind: 'not_supported', detail: 'the bank is not in the catalogue' })
    }
    const way = route === mainRoute ? institution.connector : institution.otherRoutes[route]?.connector
    if (!way) throw new ConnectorFailure({ kind: 'not_supported', detail: `the bank has no route ${route}` })
    const { type: _, ...row } = way
    const connector = berlinGroupConnector({ ...row, institutionId }, { ...ports, trust, http })
    connectors.set(key, connector)
    return connector
  }

  return {
    institutions: () => institutions,
    institution: (institutionId) => byId.get(institutionId),
    routesOf(institutionId) {
      const institution = byId.get(institutionId)
      return institution ? [mainRoute, ...Object.keys(institution.otherRoutes)] : []
    },
    connectorFor,
    async close() {
      await Promise.all([...connectors.values()].map((connector) => connector.close()))
      await http?.close()
    },
  }
}
