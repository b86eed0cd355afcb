import { add, concat, div, input, max, reduceSum, reverse, rewrite, sqrt, square } from '../graph/index.ts'
import { emit } from '../onnx/index.ts'
import { type Backbone, preprocess } from './step.ts'

export interface EmbeddingModelOptions {
  readonly backbone: Backbone
  readonly height: number
  readonly width: number
  /** Values of the backbone's parameters by name. */
  readonly values: ReadonlyMap<string, ArrayLike<number>>
  /** What becomes of the features of the image and its mirror: joined [N, 2D], summed [N, D], or the image alone. */
  readonly flip?: 'concat' | 'sum' | 'none'
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * The model file that people deploy: `image` uint8 [N, H, W, 3] RGB -> `embedding` (unit rows) and `feature`
 * (before normalisation, after mirror fusion), N free; pre-processing inside. A zero feature gives a zero embedding.
 */
export function embeddingModel({
  backbone,
  height,
  width,
  values,
  flip = 'none',
  metadata = {},
}: EmbeddingModelOptions): Uint8Array {
  // Any batch above 1 will do: it is left free in the file.
  const batch = 2
  const image = input('image', [batch, height, width, 3], 'uint8')
  let feature = backbone(preprocess(image))
  if (flip !== 'none') {
    // The same network on the mirrored image: the graph again with the image exchanged.
    const mirrored = rewrite({ feature }, (node) => (node === image ? reverse(image, 2) : null)).feature
    feature = flip === 'sum' ? add(feature, mirrored) : concat([feature, mirrored], 1)
  }
  const length = sqrt(max(reduceSum(square(feature), [1], { keepdims: true }), 1e-24))
  return emit(
    { embedding: div(feature, length), feature },
    { name: 'embedding', values, metadata, freeBatch: batch },
  )
}
