import type { Command } from 'commander'
import { registerDataInspect } from './data/data-inspect.ts'

/** Adds `steradian data` with what can be done to a data set. */
export function registerData(program: Command): void {
  const data = program.command('data').description('look at a data set before it is learnt from')
  registerDataInspect(data)
}
