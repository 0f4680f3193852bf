import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // The first test file that asks for a database starts the server and migrates the template.
    hookTimeout: 120_000,
    testTimeout: 60_000,
    // Each file has a database and servers of its own; left to itself vitest uses one processor of two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
