import type { ConsentPorts } from '../consent/ports.ts'

/** What the statements room needs of the outside world: the gate's, for it opens the sessions. */
export type StatementPorts = ConsentPorts
