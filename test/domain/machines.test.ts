import { describe, expect, test } from 'vitest'
import { type Machine, mayMove, movesOf, sourcesOf } from '../../src/domain/machine.ts'
import { allMoves, machines, paymentMachine } from '../../src/domain/machines.ts'

/** Where each machine may rest for good. A new final state is a decision, and is written down here. */
const finalStates: Readonly<Record<string, readonly string[]>> = {
  agreement: ['cancelled', 'declined', 'expired', 'terminated'],
  review_case: [],
  consent: [
    'abandoned',
    'expired',
    'rejected',
    'revoked_by_gateway',
    'revoked_by_user',
    'terminated_by_bank',
  ],
  connection: [],
  account: [],
  entry: [],
  open_item: ['credited', 'written_off'],
  payment: ['cancelled', 'declined', 'returned'],
  payment_attempt: ['answered', 'not_sent', 'refused'],
  sync_job: ['cancelled', 'dead', 'partial', 'succeeded', 'succeeded_no_change'],
  file_import: [],
  webhook_delivery: ['delivered'],
  webhook_endpoint: [],
  message: ['sent'],
}

const statesOf = (machine: Machine): string[] => Object.keys(machine.moves)

function reachable(machine: Machine): Set<string> {
  const seen = new Set(machine.initial)
  for (const state of seen) for (const next of machine.moves[state] ?? []) seen.add(next)
  return seen
}

/** Rows leave, columns are entered: `x` may, `.` may not, `o` is where a row may be born. */
function matrix(machine: Machine): string {
  const states = statesOf(machine)
  const width = Math.max(...states.map((state) => state.length))
  const rows = states.map((from) => {
    const cells = states.map((to) => (machine.moves[from]?.includes(to) ? 'x' : '.')).join(' ')
    return `${machine.initial.includes(from) ? 'o' : ' '} ${from.padEnd(width)}  ${cells}`
  })
  const head = states.map((_state, i) => String((i + 1) % 10)).join(' ')
  return [`${machine.name}`, `  ${''.padEnd(width)}  ${head}`, ...rows].join('\n')
}

test('the whole matrix of every machine', () => {
  console.log(machines.map(matrix).join('\n\n'))
  expect(new Set(machines.map(({ name }) => name)).size).toBe(machines.length)
  expect(Object.keys(finalStates).sort()).toEqual(machines.map(({ name }) => name).sort())
  const rows = allMoves.map(({ machine, from, to }) => `${machine} ${from} ${to}`)
  expect(new Set(rows).size).toBe(rows.length)
})

describe.each(machines.map((machine) => [machine.name, machine] as const))('%s', (name, machine) => {
  const states = statesOf(machine)

  test('moves between its own states only, and never onto itself', () => {
    for (const from of states) {
      for (const to of machine.moves[from] ?? []) {
        expect(states).toContain(to)
        expect(to).not.toBe(from)
      }
    }
  })

  test('every state can be reached from a birth', () => {
    expect(machine.initial.length).toBeGreaterThan(0)
    expect([...reachable(machine)].sort()).toEqual([...states].sort())
  })

  test('rests for good only where it is known to', () => {
    const final = states.filter((state) => machine.moves[state]?.length === 0)
    expect(final.sort()).toEqual(finalStates[name])
  })

  test('the rows of the database are the table', () => {
    const rows = movesOf(machine)
    for (const from of states) {
      for (const to of states) {
        const inRows = rows.some((row) => row.from === from && row.to === to)
        expect(inRows).toBe(mayMove(machine, from, to))
        expect(sourcesOf(machine, to).includes(from)).toBe(mayMove(machine, from, to))
      }
    }
    expect(rows.filter(({ from }) => from === '').map(({ to }) => to)).toEqual(machine.initial)
  })
})

test('money moves only through an approval; nothing is settled before it, and after it wherever our books stand', () => {
  const withoutApproval = new Set(['draft'])
  for (const state of withoutApproval) {
    for (const next of paymentMachine.moves[state as keyof typeof paymentMachine.moves]) {
      if (next !== 'approved') withoutApproval.add(next)
    }
  }
  expect([...withoutApproval].sort()).toEqual([
    'cancelled',
    'declined',
    'draft',
    'pending_approval',
    'validated',
  ])
  expect(sourcesOf(paymentMachine, 'submitting')).toEqual(['approved'])
  const never = [...withoutApproval, 'settled', 'returned']
  expect(sourcesOf(paymentMachine, 'settled').sort()).toEqual(
    statesOf(paymentMachine)
      .filter((state) => !never.includes(state))
      .sort(),
  )
  expect(mayMove(paymentMachine, 'unknown', 'approved')).toBe(false)
  expect(mayMove(paymentMachine, 'unknown', 'submitting')).toBe(false)
})
