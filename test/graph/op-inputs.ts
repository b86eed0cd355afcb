import { type Dtype, elementCount, input, type Shape, type Tensor } from '../../src/graph/index.ts'
import { rng } from '../../src/math/rng.ts'
import type { TensorData } from '../../src/runtime/session.ts'

/** What a case feeds: a shape alone stands for real numbers of either sign. */
export type InputSpec = Shape | { readonly shape: Shape; readonly dtype: Dtype; readonly positive?: boolean }

/** Real numbers in 0.5 … 1.5. */
export const positive = (shape: Shape): InputSpec => ({ shape, dtype: 'float32', positive: true })
/** Integers in −3 … 5, bytes in 0 … 255, or bools. */
export const ofDtype = (dtype: Exclude<Dtype, 'float32'>, shape: Shape): InputSpec => ({ shape, dtype })

const isShape = (spec: InputSpec): spec is Shape => Array.isArray(spec)

/** The inputs of a case as tensors of a graph. */
export function inputTensors<Names extends string>(
  specs: Readonly<Record<Names, InputSpec>>,
): Record<Names, Tensor> {
  return Object.fromEntries(
    Object.entries<InputSpec>(specs).map(([name, spec]) => [
      name,
      isShape(spec) ? input(name, spec) : input(name, spec.shape, spec.dtype),
    ]),
  ) as Record<Names, Tensor>
}

/** Numbers for `shape` that float32 holds exactly, away from 0, where some derivatives jump. */
export function numbers(shape: Shape, seed: number): Float64Array {
  const random = rng(seed, 1)
  const draw = (): number => (random.below(2) === 0 ? -1 : 1) * (0.2 + 1.5 * random.uniform())
  return Float64Array.from({ length: elementCount(shape) }, () => Math.fround(draw()))
}

/** What is fed to the inputs of a case, the same at each call. */
export function inputValues(specs: Readonly<Record<string, InputSpec>>): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec], seed) => {
      if (isShape(spec)) return [name, numbers(spec, seed)]
      const random = rng(seed, 2)
      const draw: Record<Dtype, () => number> = {
        float32: () => Math.fround(0.5 + random.uniform()),
        uint8: () => random.below(256),
        int32: () => random.below(9) - 3,
        int64: () => random.below(9) - 3,
        bool: () => random.below(2),
      }
      return [name, Float64Array.from({ length: elementCount(spec.shape) }, draw[spec.dtype])]
    }),
  )
}

/** Numbers as a runtime takes them. */
export function tensorData(values: ArrayLike<number>, shape: Shape, dtype: Dtype): TensorData {
  if (dtype === 'float32') return { type: dtype, shape, data: Float32Array.from(values) }
  if (dtype === 'int32') return { type: dtype, shape, data: Int32Array.from(values) }
  if (dtype === 'int64')
    return { type: dtype, shape, data: BigInt64Array.from(Array.from(values, (value) => BigInt(value))) }
  return { type: dtype, shape, data: Uint8Array.from(values) }
}
