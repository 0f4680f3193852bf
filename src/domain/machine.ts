/**
 * A state machine as a table (STYLE 8). `initial` are the states a row may be born in; `moves` lists, per state,
 * where it may go. The same table is enforced by a trigger in the database.
 */
export type Machine<State extends string = string> = {
  /** Also the name of the database table whose `state` column it governs. */
  readonly name: string
  readonly initial: readonly State[]
  readonly moves: Readonly<Record<State, readonly State[]>>
}

export type Move = { readonly machine: string; readonly from: string; readonly to: string }

export function defineMachine<const State extends string>(
  name: string,
  initial: readonly NoInfer<State>[],
  moves: Readonly<Record<State, readonly NoInfer<State>[]>>,
): Machine<State> {
  return { name, initial, moves }
}

export type StateOf<M> = M extends Machine<infer State> ? State : never

export function mayMove<State extends string>(machine: Machine<State>, from: State, to: State): boolean {
  return machine.moves[from].includes(to)
}

/** States from which `to` can be reached in one move. */
export function sourcesOf<State extends string>(machine: Machine<State>, to: State): State[] {
  return (Object.keys(machine.moves) as State[]).filter((from) => machine.moves[from].includes(to))
}

/** Every move of a machine, births as moves from `''`: the rows of the database's `transition` table. */
export function movesOf(machine: Machine): Move[] {
  const births = machine.initial.map((to) => ({ machine: machine.name, from: '', to }))
  const moves = Object.entries(machine.moves).flatMap(([from, tos]) =>
    tos.map((to) => ({ machine: machine.name, from, to })),
  )
  return [...births, ...moves]
}
