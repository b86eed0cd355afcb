import { sfnet } from '../../src/backbones/index.ts'
import { memorySource, trainingData } from '../../src/data/index.ts'
import type { Tensor } from '../../src/graph/index.ts'
import { rng } from '../../src/math/rng.ts'
import type { Backbone, Checkpoint, TrainingData } from '../../src/train/index.ts'

/** Height and width of the toy pictures. */
export const side = 16

/** Pictures that a network of four layers tells apart: each of up to eight classes is a colour, each picture has noise of its own. */
export function toyPictures({ classes = 4, each = 8, seed = 1 } = {}) {
  const count = classes * each
  const pixels = new Uint8Array(count * side * side * 3)
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes)
  for (let i = 0; i < count; i++) {
    const rgb = [0, 1, 2].map((channel) => (((labels[i]! + 1) >> channel) & 1 ? 190 : 60))
    const noise = rng(seed, 2, i)
    for (let k = 0; k < side * side * 3; k++)
      pixels[i * side * side * 3 + k] = rgb[k % 3]! + 40 * (noise.uniform() - 0.5)
  }
  return { pixels, labels, height: side, width: side }
}

/** The same as a trainer takes them. */
export const toyData = (options?: Parameters<typeof toyPictures>[0]): TrainingData =>
  trainingData(memorySource(toyPictures(options)))

/** An SFNet that takes milliseconds a step. */
export const toyBackbone: Backbone = (pixels: Tensor) =>
  sfnet(pixels, { depth: 4, width: 1 / 16, dimensions: 8 })

/** The bytes of what a checkpoint or a run holds, by name, to be compared. */
export const bytesOf = (
  tensors: ReadonlyMap<string, Float32Array | { readonly data: Float32Array }>,
): Record<string, string> =>
  Object.fromEntries(
    [...tensors].map(([name, t]) => {
      const data = 'data' in t ? t.data : t
      return [name, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')]
    }),
  )

/** The tensors of a checkpoint that are learnt. */
export const learnt = ({ tensors }: Checkpoint) =>
  new Map([...tensors].filter(([name]) => !name.includes('#')))
