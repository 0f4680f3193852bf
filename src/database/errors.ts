/** The database was stamped as another kind at its first migration: sandbox and live never mix (DESIGN 8). */
export class DatabaseKindMismatch extends Error {
  readonly stamped: string
  readonly wanted: string
  constructor(stamped: string, wanted: string) {
    super(`This database was made as ${stamped} and stays so: it cannot be used as ${wanted}.`)
    this.name = 'DatabaseKindMismatch'
    this.stamped = stamped
    this.wanted = wanted
  }
}

/** The database and this program do not belong together; a person has to look before anything is changed. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
}
