import { sfnet } from '../../src/backbones/index.ts'
import { memorySource, trainingData } from '../../src/data/index.ts'
import type { Tensor } from '../../src/graph/index.ts'
import { rng } from '../../src/math/rng.ts'
import {
  type Backbone,
  type Checkpoint,
  encodeCheckpoint,
  type TrainingData,
  tensorsOf,
} from '../../src/train/index.ts'

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
export const bytesOf = (tensors: ReadonlyMap<string, Float32Array>): Record<string, string> =>
  Object.fromEntries(
    [...tensors].map(([name, data]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]),
  )

/** Those of a checkpoint's tensors that are learnt. */
export const learnt = <T>(tensors: ReadonlyMap<string, T>) =>
  new Map([...tensors].filter(([name]) => !name.includes('#')))

/** A checkpoint whose tensors are held in memory. */
export interface Held extends Checkpoint {
  readonly values: ReadonlyMap<string, Float32Array>
}

/** Takes a checkpoint's tensors into memory, as it must be done while it is saved. */
export const held = async (checkpoint: Checkpoint): Promise<Held> =>
  holding(checkpoint, await tensorsOf(checkpoint))

/** A checkpoint with these tensors instead of its own. */
export const holding = (
  checkpoint: Omit<Checkpoint, 'tensors'>,
  values: ReadonlyMap<string, Float32Array>,
): Held => ({
  ...checkpoint,
  values,
  async *tensors() {
    yield* values
  },
})

/** A checkpoint as bytes. */
export async function encoded(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  for await (const piece of encodeCheckpoint(checkpoint)) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}
