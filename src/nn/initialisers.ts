import { elementCount, type Initialiser } from '../graph/index.ts'

/** Uniform on ±√(3 / fan-in), fan-in being the product of all axes but the first (Glorot and Bengio 2010, as Caffe's xavier). */
export const fanInUniform: Initialiser = (random, shape) => {
  const bound = Math.sqrt((3 * shape[0]!) / elementCount(shape))
  return drawn(shape, () => bound * (2 * random.uniform() - 1))
}

/** Normal with mean 0 and the given standard deviation. */
export const gaussian =
  (deviation: number): Initialiser =>
  (random, shape) =>
    drawn(shape, () => deviation * random.normal())

/** The same value everywhere. */
export const filled =
  (value: number): Initialiser =>
  (_, shape) =>
    new Float32Array(elementCount(shape)).fill(value)

/** As Float32Array.from does, but several times as fast: a network has tens of millions of weights. */
function drawn(shape: readonly number[], draw: () => number): Float32Array {
  const values = new Float32Array(elementCount(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return values
}
