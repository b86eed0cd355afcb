import { besideRows, type Matrix, unitRows } from '../math/matrix.ts'

/** What becomes of the features of an image and its mirror image: joined [N, 2D], summed [N, D], or the image's alone. */
export type Flip = 'concat' | 'sum' | 'none'

/** The features [N, D] of images fused with those of their mirror images, before normalisation; [N, D] or [N, 2D]. */
export function fuse(feature: Matrix, mirrored: Matrix | undefined, flip: Flip): Matrix {
  if (mirrored === undefined || flip === 'none') return feature
  if (flip === 'concat') return besideRows(feature, mirrored)
  return { ...feature, data: Float64Array.from(feature.data, (value, i) => value + mirrored.data[i]!) }
}

/** Rows of length 1 as float32; a row of zeros stays zeros. */
export function unitFloats(a: Matrix): Matrix {
  return { ...a, data: Float32Array.from(unitRows(a).data) }
}
