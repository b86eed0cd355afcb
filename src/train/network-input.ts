import { input, type Tensor } from '../graph/index.ts'
import { preprocess } from './preprocess.ts'

/** What a network is fed: pictures of a size, or vectors. */
export interface NetworkInput {
  readonly height: number
  readonly width: number
  /** Length K of the vectors that are fed instead of pictures; height and width are 1 then. */
  readonly vectors?: number | undefined
}

/**
 * The leaf that is fed, `image` uint8 [N, H, W, 3] or `vector` float32 [N, K], and what the network sees of it: pixels
 * [N, 3, H, W] in about −1 … 1, or the vectors as they are.
 */
export function networkInput(
  batch: number,
  { height, width, vectors }: NetworkInput,
): { readonly fed: Tensor; readonly seen: Tensor } {
  if (vectors !== undefined) {
    const fed = input('vector', [batch, vectors])
    return { fed, seen: fed }
  }
  const fed = input('image', [batch, height, width, 3], 'uint8')
  return { fed, seen: preprocess(fed) }
}
