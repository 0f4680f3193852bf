import pg from 'pg'

/** COPY by the simple protocol: what `pg` leaves to its users. */
function ask(client: pg.ClientBase, text: string, handlers: object): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const query = Object.assign(new pg.Query(text), handlers)
  query.on('end', () => resolve())
  query.on('error', reject)
  client.query(query)
  return promise
}

/** What a query gives, in the text format of COPY. */
export async function copyOut(client: pg.ClientBase, query: string): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = []
  await ask(client, `copy (${query}) to stdout`, {
    handleCopyData: ({ chunk }: { chunk: Buffer }) => chunks.push(Buffer.from(chunk)),
  })
  return chunks
}

type CopyConnection = { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }

export async function copyIn(client: pg.ClientBase, table: string, chunks: readonly Buffer[]): Promise<void> {
  await ask(client, `copy ${table} from stdin`, {
    handleCopyInResponse(connection: CopyConnection) {
      for (const chunk of chunks) connection.sendCopyFromChunk(chunk)
      connection.endCopyFrom()
    },
  })
}
