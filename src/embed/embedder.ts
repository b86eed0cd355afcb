import { DataError, ShapeError } from '../errors.ts'
import { mirror } from '../image/augment.ts'
import type { Size } from '../image/warp.ts'
import type { Matrix } from '../math/matrix.ts'
import type { Session } from '../runtime/session.ts'
import { describeModel, type ModelDescription } from './describe-model.ts'
import { fuse, unitFloats } from './fuse.ts'
import type { GivenDescription } from './given-description.ts'
import { networkInput } from './network-input.ts'
import type { OnnxFile } from './onnx-file.ts'

/** What a model makes of N images. */
export interface Embeddings {
  /** Unit rows, after mirror fusion: [N, D], or [N, 2D] where this side joins two features. */
  readonly embedding: Matrix
  /** What the model gave, before normalisation: [N, D]. */
  readonly feature: Matrix
  /** What it gave for the mirror images, [N, D]; absent where it fuses the two itself, and with `flip: none`. */
  readonly mirrored?: Matrix
}

/** A model that turns aligned images into embeddings. */
export interface Embedder {
  readonly description: ModelDescription
  /**
   * Embeds aligned images, uint8 RGB [N, H, W, 3] of the size in `description`.
   * @throws ShapeError when the bytes are no whole number of images
   * @throws DataError `name: …` when the model cannot run on them or does not give [N, D]
   */
  embed(pixels: Uint8Array): Promise<Embeddings>
  /** Frees the model and its thread. */
  close(): Promise<void>
}

/**
 * Makes an embedder of a compiled model and what its file says.
 * @throws DataError, UsageError as `describeModel` does
 */
export function embedder(
  session: Session,
  file: OnnxFile,
  given: GivenDescription & { readonly name?: string } = {},
): Embedder {
  const description = describeModel(session, file, given)
  const { name, height, width, flip, isFused } = description
  const size = height * width * 3
  return {
    description,
    close: () => session.close(),
    async embed(pixels) {
      if (pixels.length === 0 || pixels.length % size !== 0)
        throw new ShapeError(
          `${name}: expected images of ${height} x ${width} x 3 bytes, got ${pixels.length} bytes`,
        )
      const runs = [features(session, description, pixels)]
      if (!isFused && flip !== 'none')
        runs.push(features(session, description, mirrorAll(pixels, description)))
      const [feature, mirrored] = await Promise.all(runs)
      return {
        embedding: unitFloats(fuse(feature!, mirrored, flip)),
        feature: feature!,
        ...(mirrored && { mirrored }),
      }
    },
  }
}

/** What the model gives for the images, [N, D], in as many runs as its batch asks for. */
async function features(
  session: Session,
  description: ModelDescription,
  pixels: Uint8Array,
): Promise<Matrix> {
  const { name, height, width, inputName, outputName, dimensions } = description
  const size = height * width * 3
  const count = pixels.length / size
  const batch = description.batch ?? count
  let data = new Float32Array()
  let columns = 0
  for (let start = 0; start < count; start += batch) {
    const part = pixels.subarray(start * size, Math.min(count, start + batch) * size)
    const outputs = await session
      .run({ [inputName]: networkInput(part, description, { batch }) })
      .catch((error) => {
        const hint = description.batch === undefined && count > 1 ? ', --batch 1 may help' : ''
        throw new DataError(`${name}: cannot run on ${batch} images${hint}: ${(error as Error).message}`)
      })
    const { shape, data: values } = outputs[outputName]!
    if (shape.length !== 2 || shape[0] !== batch || (dimensions ?? shape[1]) !== shape[1])
      throw new DataError(
        `${name}: expected ${outputName} [${batch}, ${dimensions ?? 'D'}], got [${shape.join(', ')}]`,
      )
    columns = shape[1]!
    if (start === 0) data = new Float32Array(count * columns)
    data.set((values as Float32Array).subarray(0, (part.length / size) * columns), start * columns)
  }
  return { data, rows: count, columns }
}

function mirrorAll(pixels: Uint8Array, { height, width }: Size): Uint8Array {
  // Not by `slice`, which on Node's Buffer copies nothing.
  const mirrored = new Uint8Array(pixels)
  const size = height * width * 3
  for (let offset = 0; offset < mirrored.length; offset += size) mirror(mirrored, { height, width }, offset)
  return mirrored
}
