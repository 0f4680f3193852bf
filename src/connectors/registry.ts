import { berlinGroupConnector, type ConnectorPorts } from './berlin-group.ts'
import type { Connector } from './connector.ts'
import { ConnectorFailure } from './failure.ts'
import { createHttpClient, type Trust } from './http-client.ts'
import type { Institution } from './institutions.ts'

export type Registry = {
  institutions(): readonly Institution[]
  institution(institutionId: string): Institution | undefined
  /** @throws ConnectorFailure not_supported for a bank that is not in the catalogue */
  connectorFor(institutionId: string): Connector
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

  function connectorFor(institutionId: string): Connector {
    const known = connectors.get(institutionId)
    if (known) return known
    const institution = byId.get(institutionId)
    if (!institution || !trust || !http) {
      throw new ConnectorFailure({ kind: 'not_supported', detail: 'the bank is not in the catalogue' })
    }
    const { type: _, ...row } = institution.connector
    const connector = berlinGroupConnector({ ...row, institutionId }, { ...ports, trust, http })
    connectors.set(institutionId, connector)
    return connector
  }

  return {
    institutions: () => institutions,
    institution: (institutionId) => byId.get(institutionId),
    connectorFor,
    async close() {
      await Promise.all([...connectors.values()].map((connector) => connector.close()))
      await http?.close()
    },
  }
}
