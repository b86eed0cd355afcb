import { UsageError } from '../../errors.ts'
import { input, type Tensor } from '../../graph/index.ts'
import { type BuiltLoss, classCosines, lossParts } from '../../losses/index.ts'
import type { Head } from '../../train/index.ts'
import type { Recipe } from './recipe.ts'

/** People from which on a dense head, too, is gone through in chunks, whose logits are kept: faster, and a quarter of the memory. */
export const manyPeople = 16384

/**
 * How a recipe's step goes about its people. Rows that lie in files lie in `folder`, the run's; without one in memory.
 * @throws UsageError for a loss that cannot go through its people in chunks
 */
export function headOf(
  { head, sampleRatio, headStorage }: Pick<Recipe, 'head' | 'sampleRatio' | 'headStorage'>,
  built: BuiltLoss,
  { people, folder }: { readonly people: number; readonly folder?: string | undefined },
): Head {
  if (head === 'dense' && headStorage === 'file')
    throw new UsageError('train: headStorage file needs head chunked or sampled, got head dense')
  const stored = headStorage === 'file' && folder !== undefined ? { folder } : {}
  if (head === 'sampled') return { kind: 'sampled', ratio: sampleRatio, ...stored }
  if (head === 'chunked') return { ...inChunks(built), ...stored }
  if (people < manyPeople) return { kind: 'dense' }
  try {
    return { ...inChunks(built), keepsLogits: true }
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'dense' }
    throw error
  }
}

/** @throws UsageError for a loss that does not stand each class for itself */
function inChunks(built: BuiltLoss): Extract<Head, { readonly kind: 'chunked' }> {
  const parts = lossParts(built)
  const { prototypesPerClass = 1 } = built
  // What a loss is made of shows when it is built: on any sizes, so that it is refused before an image is read.
  parts(input('x', [2, 2]), input('W', [2 * prototypesPerClass, 2]), input('labels', [2], 'int32'))
  return {
    kind: 'chunked',
    parts,
    cosines: (x: Tensor, W: Tensor) => classCosines(x, W, prototypesPerClass),
  }
}
