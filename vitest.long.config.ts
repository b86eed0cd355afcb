import { defineConfig } from 'vitest/config'
import { v8Flags } from './test/v8-flags.ts'

/** The full counts of property and mutation tests: `STERADIAN_LONG` multiplies what the same files do in `npm test`. */
export default defineConfig({
  test: {
    include: ['src/**/*.long.test.ts', 'test/**/*.long.test.ts'],
    env: { STERADIAN_LONG: '1' },
    testTimeout: 1_200_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    execArgv: v8Flags,
  },
})
