/** Small models to embed with: one of ours with random weights, and foreign ones whose features can be worked out by hand. */
import { sfnet } from '../../src/backbones/index.ts'
import {
  cast,
  concat,
  input,
  reduceMean,
  slice,
  sub,
  type Tensor,
  topologicalOrder,
  transpose,
} from '../../src/graph/index.ts'
import { hash32 } from '../../src/math/hash.ts'
import { rng } from '../../src/math/rng.ts'
import { anyBatch, decodeModel, emit, encodeModel, type ModelProto } from '../../src/onnx/index.ts'
import { embeddingModel } from '../../src/train/index.ts'

/** The size of `ourModel`. */
export const ourSize = { height: 56, width: 48 }

/** A model as the trainer writes it, of random weights: SFNet-4 at an eighth of its width, 16 dimensions, 56×48. */
export function ourModel({
  flip = 'none' as 'none' | 'concat' | 'sum',
  metadata = {} as Readonly<Record<string, string>>,
} = {}): Uint8Array {
  const backbone = (pixels: Tensor) => sfnet(pixels, { depth: 4, width: 0.125, dimensions: 16 })
  const values = new Map<string, ArrayLike<number>>()
  for (const { leaf, shape } of topologicalOrder([
    backbone(input('x', [2, 3, ourSize.height, ourSize.width])),
  ]))
    if (leaf?.kind === 'parameter')
      values.set(
        leaf.name,
        leaf.init?.(rng(1, hash32(leaf.name)), shape) ??
          new Float32Array(shape.reduce((n, size) => n * size, 1)),
      )
  return embeddingModel({
    backbone,
    ...ourSize,
    values,
    flip,
    metadata: {
      'steradian.version': '0.1.0',
      'steradian.input': '56x48',
      'steradian.alignment': 'sphereface',
      'steradian.flip': flip,
      ...metadata,
    },
  })
}

/**
 * A foreign model: the mean of each of three channels over the left half and then over the right, [N, 6], in the order and
 * scale in which the channels come; with `centred`, the model itself first takes 100 away.
 */
export function halvesModel({
  layout = 'nchw' as 'nchw' | 'nhwc',
  type = 'float32' as 'float32' | 'uint8',
  height = 8,
  width = 6,
  batch = 'free' as number | 'free',
  centred = false,
  outputs = ['output'],
} = {}): Uint8Array {
  const n = batch === 'free' ? anyBatch : batch
  const image = input('data', layout === 'nchw' ? [n, 3, height, width] : [n, height, width, 3], type)
  const x = type === 'uint8' ? cast(image, 'float32') : centred ? sub(image, 100) : image
  const planes = layout === 'nchw' ? x : transpose(x, [0, 3, 1, 2])
  const half = (start: number, end: number) => reduceMean(slice(planes, 3, { start, end }), [2, 3])
  const feature = concat([half(0, width / 2), half(width / 2, width)], 1)
  return emit(Object.fromEntries(outputs.map((name) => [name, feature])), {
    name: 'halves',
  })
}

/** The same file after a change to its protobuf. */
export function changed(bytes: Uint8Array, change: (proto: ModelProto) => void): Uint8Array {
  const proto = decodeModel(bytes)
  change(proto)
  return encodeModel(proto)
}

/** The number of ONNX's type of 32-bit numbers. */
const FLOAT = 1

/** The same model with its weights in a file beside it, `location`, as ONNX's external data has it. */
export function weightsBeside(
  bytes: Uint8Array,
  location: string,
): { readonly model: Uint8Array; readonly weights: Uint8Array } {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
  const number = (field: number, value: number) => [...varint(field * 8), ...varint(value)]
  const part = (field: number, content: ArrayLike<number>) => [
    ...varint(field * 8 + 2),
    ...varint(content.length),
    ...Array.from(content),
  ]
  const text = (field: number, value: string) => part(field, new TextEncoder().encode(value))
  const { initializer } = decodeModel(bytes).graph
  const weights: number[] = []
  const graph: number[] = []
  for (const { dims, dataType, name, rawData } of initializer) {
    if (dataType !== FLOAT) continue
    const entries = { location, offset: String(weights.length), length: String(rawData.length) }
    const tensor = [
      ...dims.flatMap((size) => number(1, Number(size))),
      ...number(2, dataType),
      ...text(8, name),
      ...Object.entries(entries).flatMap(([key, value]) => part(13, [...text(1, key), ...text(2, value)])),
      ...number(14, 1),
    ]
    graph.push(...part(5, tensor))
    for (const byte of rawData) weights.push(byte)
  }
  const rest = changed(bytes, (proto) => {
    // Shapes and axes must be inside.
    proto.graph.initializer = proto.graph.initializer.filter(({ dataType }) => dataType !== FLOAT)
  })
  // A second part of the graph: a reader joins the two.
  return { model: Uint8Array.from([...rest, ...part(7, graph)]), weights: Uint8Array.from(weights) }
}
