import { setTimeout as sleep } from 'node:timers/promises'
import type { Step, Walk } from './walk.ts'

export type Report = (line: { title: string; said: string; ms: number }) => void

export type RunOptions = {
  readonly report?: Report
  /** How long a step is taken again while servers are down; 0 unless said: the first failure ends the walk. */
  readonly patienceMs?: number
}

/** A step of the path did not hold. */
export class StepFailed extends Error {
  constructor(title: string, cause: unknown) {
    super(`${title}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Takes the steps one after the other. @throws StepFailed for the first one that does not hold. */
export async function runSteps(walk: Walk, steps: readonly Step[], options: RunOptions = {}): Promise<void> {
  for (const step of steps) {
    const start = performance.now()
    const said = await take(walk, step, start + (options.patienceMs ?? 0))
    options.report?.({ title: step.title, said, ms: performance.now() - start })
  }
}

async function take(walk: Walk, step: Step, deadline: number): Promise<string> {
  for (;;) {
    try {
      return await step.run(walk)
    } catch (error) {
      if (performance.now() > deadline || !isBroken(error)) throw new StepFailed(step.title, error)
      await sleep(100)
    }
  }
}

/** The connection broke, or nobody listens: what happens when a server is killed. Anything else is a failure. */
export function isBroken(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message)
}
