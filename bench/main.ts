/** `npm run bench -- [CASE…] [--json FILE]`: measures, the rival beside it in the same run. */
import { DataError, UsageError } from '../src/errors.ts'
import { cases } from './cases.ts'
import { runBench } from './run.ts'
import { hasModule } from './side.ts'

try {
  console.log(await runBench(process.argv.slice(2), { cases, hasModule, say: console.error }))
} catch (error) {
  if (!(error instanceof UsageError || error instanceof DataError)) throw error
  console.error(`bench: ${error.message}`)
  process.exitCode = 2
}
