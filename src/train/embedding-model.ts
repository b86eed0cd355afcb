import { add, concat, div, max, reduceSum, reverse, rewrite, sqrt, square } from '../graph/index.ts'
import { anyBatch, emit, fold, lower } from '../onnx/index.ts'
import { type NetworkInput, networkInput } from './network-input.ts'
import type { Backbone } from './step.ts'

export interface EmbeddingModelOptions extends NetworkInput {
  readonly backbone: Backbone
  /** Values of the backbone's parameters and kept tensors by name. */
  readonly values: ReadonlyMap<string, ArrayLike<number>>
  /** What becomes of the features of the image and its mirror: joined [N, 2D], summed [N, D], or the image alone; vectors have none. */
  readonly flip?: 'concat' | 'sum' | 'none'
  readonly metadata?: Readonly<Record<string, string>>
  /** Convolutions in forms that are faster on a CPU, or as plain operators (for conversion to other runtimes). */
  readonly lowering?: 'cpu' | 'plain'
}

/**
 * The model file that people deploy: `image` uint8 [N, H, W, 3] RGB, or `vector` float32 [N, K], -> `embedding` (unit rows) and `feature`
 * (before normalisation, after mirror fusion), N free; pre-processing inside, batch normalisation folded into the layers beside
 * it. A zero feature gives a zero embedding.
 */
export function embeddingModel({
  backbone,
  height,
  width,
  vectors,
  values,
  flip = 'none',
  metadata = {},
  lowering = 'cpu',
}: EmbeddingModelOptions): Uint8Array {
  const { fed: image, seen } = networkInput(anyBatch, { height, width, vectors })
  let feature = backbone(seen)
  if (flip !== 'none') {
    // The same network on the mirrored image: the graph again with the image exchanged.
    const mirrored = rewrite({ feature }, (node) => (node === image ? reverse(image, 2) : null)).feature
    feature = flip === 'sum' ? add(feature, mirrored) : concat([feature, mirrored], 1)
  }
  const length = sqrt(max(reduceSum(square(feature), [1], { keepdims: true }), 1e-24))
  const outputs = fold({ embedding: div(feature, length), feature }, values)
  return emit(lowering === 'cpu' ? lower(outputs) : outputs, { name: 'embedding', values, metadata })
}
