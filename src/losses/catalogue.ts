import { UsageError } from '../errors.ts'
import { aSoftmaxEntry } from './a-softmax.ts'
import type { LossEntry } from './entry.ts'
import { lmclEntry } from './lmcl.ts'
import { unknown } from './loss-options.ts'
import { nslEntry } from './nsl.ts'
import { softmaxEntry } from './softmax.ts'

/** The losses that can be chosen by name. */
export const losses: readonly LossEntry[] = [softmaxEntry, nslEntry, aSoftmaxEntry, lmclEntry]

/** The loss of that name or alias, in small or capital letters. @throws UsageError that says the nearest name */
export function lossNamed(name: string): LossEntry {
  const found = losses.find((loss) => [loss.name, ...loss.aliases].includes(name.toLowerCase()))
  if (found) return found
  const names = losses.flatMap((loss) => [loss.name, ...loss.aliases])
  throw new UsageError(`loss: ${unknown('name', name, names)}`)
}
