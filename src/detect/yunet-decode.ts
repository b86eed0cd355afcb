import { DataError } from '../errors.ts'
import type { TensorData } from '../runtime/session.ts'
import type { Face } from './face.ts'

/** The strides of YuNet's three maps, in pixels of its input. */
export const YUNET_STRIDES = [8, 16, 32] as const

/** What YuNet says of each cell of a map, and in how many numbers. */
export const YUNET_HEADS = { cls: 1, obj: 1, bbox: 4, kps: 10 } as const

/**
 * Reads the faces out of YuNet's outputs for an input of `width` by `height` pixels, as OpenCV's FaceDetectorYN does
 * (Wu, Peng and Yu 2023): in each cell the score is √(cls · obj), both cut to [0, 1]; the centre and the points are
 * offsets from the cell's corner, and the logarithm of the size is given, all in strides. Those with a score above
 * `minScore` are returned, stride by stride and row by row, before any suppression. Outputs are named `cls_8` to
 * `kps_32`, [1, rows × columns, 1 | 4 | 10] float32.
 * @throws DataError when an output is not of that kind.
 */
export function decodeYunet(
  outputs: Readonly<Record<string, TensorData>>,
  {
    width,
    height,
    minScore = 0.6,
  }: { readonly width: number; readonly height: number; readonly minScore?: number },
): Face[] {
  const faces: Face[] = []
  for (const stride of YUNET_STRIDES) {
    const columns = width / stride
    const cells = columns * (height / stride)
    const head = (name: keyof typeof YUNET_HEADS): Float32Array => {
      const tensor = outputs[`${name}_${stride}`]
      const length = cells * YUNET_HEADS[name]
      if (tensor?.data instanceof Float32Array && tensor.data.length === length) return tensor.data
      const got = tensor ? `${tensor.type} [${tensor.shape.join(', ')}]` : 'none'
      throw new DataError(`yunet: expected ${length} float32 numbers in output ${name}_${stride}, got ${got}`)
    }
    const [cls, obj, bbox, kps] = [head('cls'), head('obj'), head('bbox'), head('kps')]
    for (let cell = 0; cell < cells; cell++) {
      const score = Math.sqrt(unit(cls[cell]!) * unit(obj[cell]!))
      if (!(score > minScore)) continue
      const column = cell % columns
      const row = (cell - column) / columns
      const w = Math.exp(bbox[4 * cell + 2]!) * stride
      const h = Math.exp(bbox[4 * cell + 3]!) * stride
      const x = (column + bbox[4 * cell]!) * stride - w / 2
      const y = (row + bbox[4 * cell + 1]!) * stride - h / 2
      const points = Array.from(
        kps.subarray(10 * cell, 10 * cell + 10),
        (offset, i) => (offset + (i % 2 === 0 ? column : row)) * stride,
      )
      faces.push({ box: { x, y, width: w, height: h }, points, score })
    }
  }
  return faces
}

function unit(value: number): number {
  return Math.min(Math.max(value, 0), 1)
}
