import pg from 'pg'

/** What can be written into a statement. */
export type Literal = string | number | Date | null

/**
 * One statement for one client as a transaction of its own, in one message: for what is done at every turn. Not to be
 * called inside of another transaction.
 */
export type Single = <Row extends pg.QueryResultRow>(
  clientId: string,
  text: string,
  values: readonly Literal[],
) => Promise<pg.QueryResult<Row>>

const literal = (value: Literal): string => {
  if (value === null) return 'null'
  if (value instanceof Date) return `${pg.escapeLiteral(value.toISOString())}::timestamptz`
  return typeof value === 'number' ? String(value) : pg.escapeLiteral(value)
}

/** A transaction of one statement as one message; only messages without parameters may hold several statements. */
function inOneMessage(clientId: string, text: string, values: readonly Literal[]): string {
  const statement = text.replace(/\$(\d+)/g, (_sign, n: string) => literal(values[Number(n) - 1] ?? null))
  return `begin; select set_config('app.client_id', ${pg.escapeLiteral(clientId)}, true),
    set_config('statement_timeout', '${singleTimeoutMs}', true); ${statement}; commit`
}

const singleTimeoutMs = 30_000

/** `single` on the connections of a pool. */
export function singles(pool: pg.Pool): Single {
  return async <Row extends pg.QueryResultRow>(
    clientId: string,
    text: string,
    values: readonly Literal[],
  ) => {
    const connection = await pool.connect()
    let broken = true
    try {
      const results: unknown = await connection.query(inOneMessage(clientId, text, values))
      broken = false
      // Of the beginning, the settings, the statement and the end.
      return (results as pg.QueryResult<Row>[])[2] as pg.QueryResult<Row>
    } finally {
      // What failed is closed rather than rolled back: the server does that.
      connection.release(broken)
    }
  }
}
