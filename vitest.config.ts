import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // The first test file that asks for a database starts the server and migrates the template.
    hookTimeout: 60_000,
    testTimeout: 30_000,
  },
})
