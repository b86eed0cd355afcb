import { ShapeError } from '../errors.ts'
import { besideRows, type Matrix, unitRows } from '../math/matrix.ts'

/** What becomes of the features of an image and its mirror image: joined [N, 2D], summed [N, D], or the image's alone. */
export type Flip = 'concat' | 'sum' | 'none'

/** The features [N, D] of images fused with those of their mirror images, before normalisation; [N, D] or [N, 2D]. */
export function fuse(feature: Matrix, mirrored: Matrix | undefined, flip: Flip): Matrix {
  if (mirrored === undefined || flip === 'none') return feature
  if (flip === 'concat') return besideRows(feature, mirrored)
  return { ...feature, data: Float64Array.from(feature.data, (value, i) => value + mirrored.data[i]!) }
}

/**
 * What `concat` joined, apart again: [N, 2D] -> the features of the images and of their mirror images, [N, D] each.
 * @throws ShapeError when the number of columns is odd
 */
export function partConcat({ data, rows, columns }: Matrix): { feature: Matrix; mirrored: Matrix } {
  if (columns % 2 !== 0)
    throw new ShapeError(`partConcat: expected an even number of columns, got ${columns}`)
  const half = columns / 2
  const part = (first: number): Matrix => {
    const own = new Float64Array(rows * half)
    for (let row = 0; row < rows; row++) {
      const at = row * columns + first
      own.set(data.subarray(at, at + half), row * half)
    }
    return { data: own, rows, columns: half }
  }
  return { feature: part(0), mirrored: part(half) }
}

/** Rows of length 1 as float32; a row of zeros stays zeros. */
export function unitFloats(a: Matrix): Matrix {
  return { ...a, data: Float32Array.from(unitRows(a).data) }
}
