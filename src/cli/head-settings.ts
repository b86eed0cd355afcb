import { UsageError } from '../errors.ts'
import { type BuiltLoss, classCosines, lossParts } from '../losses/index.ts'
import type { Head } from '../train/index.ts'
import type { Recipe } from './recipe.ts'

/**
 * How a recipe's step goes about its people. Rows that lie in files lie in `folder`, the run's; without one in memory.
 * @throws UsageError for a loss that cannot go through its people in chunks
 */
export function headOf(
  { head, sampleRatio, headStorage }: Pick<Recipe, 'head' | 'sampleRatio' | 'headStorage'>,
  built: BuiltLoss,
  folder?: string,
): Head {
  if (head === 'dense' && headStorage === 'file')
    throw new UsageError('train: headStorage file needs head chunked or sampled, got head dense')
  if (head === 'dense') return { kind: 'dense' }
  const stored = headStorage === 'file' && folder !== undefined ? { folder } : {}
  if (head === 'sampled') return { kind: 'sampled', ratio: sampleRatio, ...stored }
  return {
    kind: 'chunked',
    parts: lossParts(built),
    cosines: (x, W) => classCosines(x, W, built.prototypesPerClass),
    ...stored,
  }
}
