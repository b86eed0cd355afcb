import type { Dtype } from '../../src/graph/index.ts'
import { broadcastIndices, broadcastShapes, type Kernel, narrow, number, type Values } from './values.ts'

const unary =
  (f: (x: number) => number): Kernel =>
  ([x]) => ({ shape: x!.shape, dtype: x!.dtype, data: x!.data.map(f) })

function binary(f: (a: number, b: number, dtype: Dtype) => number, result?: Dtype): Kernel {
  return ([a, b]) => {
    if (a!.dtype !== b!.dtype) throw new Error(`evaluator: dtypes ${a!.dtype} and ${b!.dtype} differ`)
    const shape = broadcastShapes(a!.shape, b!.shape)
    const ia = broadcastIndices(a!.shape, shape)
    const ib = broadcastIndices(b!.shape, shape)
    const dtype = result ?? a!.dtype
    const data = Float64Array.from(ia, (at, i) => narrow(f(a!.data[at]!, b!.data[ib[i]!]!, a!.dtype), dtype))
    return { shape, dtype, data }
  }
}

const where: Kernel = ([condition, a, b]) => {
  if (condition!.dtype !== 'bool' || a!.dtype !== b!.dtype)
    throw new Error(`evaluator: Where of ${condition!.dtype}, ${a!.dtype}, ${b!.dtype}`)
  const shape = broadcastShapes(condition!.shape, a!.shape, b!.shape)
  const at = [condition!, a!, b!].map((x) => broadcastIndices(x.shape, shape))
  const data = Float64Array.from(at[0]!, (k, i) =>
    condition!.data[k] === 1 ? a!.data[at[1]![i]!]! : b!.data[at[2]![i]!]!,
  )
  return { shape, dtype: a!.dtype, data }
}

const prelu: Kernel = ([x, slope]) => {
  const at = broadcastIndices(slope!.shape, x!.shape)
  const data = x!.data.map((value, i) => (value < 0 ? value * slope!.data[at[i]!]! : value))
  return { shape: x!.shape, dtype: x!.dtype, data }
}

const dtypes: Readonly<Record<number, Dtype>> = {
  1: 'float32',
  2: 'uint8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
}

const cast: Kernel = ([x], attributes): Values => {
  const dtype = dtypes[number(attributes, 'to')]!
  return { shape: x!.shape, dtype, data: x!.data.map((value) => narrow(value, dtype)) }
}

/** Operators that work element by element. */
export const elementwiseKernels: Readonly<Record<string, Kernel>> = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Pow: binary((a, b) => a ** b),
  Max: binary((a, b) => Math.max(a, b)),
  Min: binary((a, b) => Math.min(a, b)),
  Greater: binary((a, b) => Number(a > b), 'bool'),
  Less: binary((a, b) => Number(a < b), 'bool'),
  Equal: binary((a, b) => Number(a === b), 'bool'),
  Neg: unary((x) => -x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Cos: unary(Math.cos),
  Sin: unary(Math.sin),
  Acos: unary(Math.acos),
  Abs: unary(Math.abs),
  Relu: unary((x) => Math.max(x, 0)),
  PRelu: prelu,
  HardSigmoid: ([x], attributes) => {
    const [alpha, beta] = [number(attributes, 'alpha', 0.2), number(attributes, 'beta', 0.5)]
    return unary((v) => Math.max(0, Math.min(1, alpha * v + beta)))([x!], {})
  },
  Identity: unary((x) => x),
  Where: where,
  Cast: cast,
}
