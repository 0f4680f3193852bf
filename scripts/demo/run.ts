import { setTimeout as sleep } from 'node:timers/promises'
import type { Step, Walk } from './walk.ts'

export type Report = (line: { title: string; said: string; ms: number }) => void

export type RunOptions = {
  readonly report?: Report
  /** How long a step that failed is taken again: servers may be down. 0 unless said. */
  readonly patienceMs?: number
  /** Runs beside each step; the next one begins when both have ended. */
  readonly beside?: (step: number) => Promise<void>
}

/** A step of the path did not hold. */
export class StepFailed extends Error {
  constructor(title: string, cause: unknown) {
    super(`${title}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Takes the steps one after the other. @throws StepFailed for the first one that does not hold. */
export async function runSteps(walk: Walk, steps: readonly Step[], options: RunOptions = {}): Promise<void> {
  for (const [i, step] of steps.entries()) {
    const start = performance.now()
    const beside = options.beside?.(i)
    const said = await take(walk, step, start + (options.patienceMs ?? 0))
    await beside
    options.report?.({ title: step.title, said, ms: performance.now() - start })
  }
}

async function take(walk: Walk, step: Step, deadline: number): Promise<string> {
  for (;;) {
    try {
      return await step.run(walk)
    } catch (error) {
      if (performance.now() > deadline) throw new StepFailed(step.title, error)
      await sleep(100)
    }
  }
}
