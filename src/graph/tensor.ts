import { ShapeError } from '../errors.ts'
import type { Random } from '../math/rng.ts'

/** Element types of a graph; all real arithmetic is float32 in a runtime and float64 in the tests' evaluator. */
export type Dtype = 'float32' | 'int32' | 'int64' | 'uint8' | 'bool'

/** Sizes of the axes, all known when the graph is built. */
export type Shape = readonly number[]

/** Values of ONNX attributes. */
export type Attribute = number | string | readonly number[]

type Cotangents<Inputs extends readonly Tensor[]> = { readonly [K in keyof Inputs]: Tensor | null }

/**
 * The gradient rule of an operator: from the cotangent `g` of the output `y` and the inputs `x` to one cotangent an input
 * (null where there is none). It builds ordinary nodes; the caller undoes broadcasting.
 */
export type Vjp<Inputs extends readonly Tensor[]> = {
  rule(g: Tensor, y: Tensor, ...x: Inputs): Cotangents<Inputs>
}['rule']

/** An operator with its attributes: what ONNX calls it, what comes out of it, how it is differentiated. */
export interface Op<Inputs extends readonly Tensor[] = readonly Tensor[]> {
  /** Operator type in ONNX. */
  readonly type: string
  /** Operator set; the standard one if absent. */
  readonly domain?: string
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** Constant int64 operands that follow the inputs (shapes, axes, pads), each a vector. */
  readonly operands?: readonly (readonly number[])[]
  /** Shape and dtype of the output. @throws ShapeError */
  readonly infer: {
    rule(...x: Inputs): { shape: Shape; dtype: Dtype }
  }['rule']
  readonly vjp: null | Vjp<Inputs>
}

/** What a tensor without an operator stands for. */
export type Leaf =
  /** Fed at each run. */
  | { readonly kind: 'input'; readonly name: string }
  /** Known when the graph is built; row-major, one number an element (float32 values are rounded on emission). */
  | { readonly kind: 'constant'; readonly data: ArrayLike<number> }
  /** Learnt; `init` draws the first values. */
  | { readonly kind: 'parameter'; readonly name: string; readonly init: Initialiser }
  /** State that is not learnt (`kept`). */
  | { readonly kind: 'kept'; readonly name: string; readonly init: Initialiser }
  /** Random numbers, fed at each run (`drawn`). */
  | {
      readonly kind: 'drawn'
      readonly name: string
      readonly draw: (random: Random, shape: Shape) => Float32Array
    }
  /** A number that is a pure function of the training step (1 at the first). */
  | {
      readonly kind: 'scheduled'
      readonly name: string
      readonly at: (step: number, steps: number) => number
    }

/** Draws the first values of a parameter of the given shape. */
export type Initialiser = (random: Random, shape: Shape) => Float32Array

/** A node of a symbolic graph: never holds results, only says how they come about. */
export interface Tensor {
  readonly shape: Shape
  readonly dtype: Dtype
  readonly inputs: readonly Tensor[]
  /** The operator, or null for a leaf. */
  readonly op: Op | null
  readonly leaf: Leaf | null
}

/** A tensor, or a number that stands for a float32 scalar. */
export type Operand = Tensor | number

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((n, size) => n * size, 1)
}

/** Applies `op` to `inputs`. @throws ShapeError when they do not fit. */
export function apply<Inputs extends readonly Tensor[]>(op: Op<Inputs>, ...inputs: Inputs): Tensor {
  const { shape, dtype } = op.infer(...inputs)
  return { shape, dtype, inputs, op: op as Op, leaf: null }
}

/** Checks the sizes of a leaf. @throws ShapeError */
export function checkSizes(leaf: string, shape: Shape): void {
  if (!shape.every((size) => Number.isInteger(size) && size > 0))
    throw new ShapeError(`${leaf}: sizes must be whole and at least 1, got [${shape}]`)
}

/** A tensor that is fed at each run. @throws ShapeError */
export function input(name: string, shape: Shape, dtype: Dtype = 'float32'): Tensor {
  checkSizes(`input ${name}`, shape)
  return { shape, dtype, inputs: [], op: null, leaf: { kind: 'input', name } }
}

/** The integers that a dtype holds; those of int64 as far as a number tells them apart. */
const integerRanges: Readonly<Partial<Record<Dtype, readonly [number, number]>>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  bool: [0, 1],
}

/** A tensor of known values, row-major. @throws ShapeError when they do not fill the shape or do not fit the dtype. */
export function constant(data: ArrayLike<number>, shape: Shape, dtype: Dtype = 'float32'): Tensor {
  checkSizes('constant', shape)
  if (data.length !== elementCount(shape))
    throw new ShapeError(`constant: shape [${shape}] needs ${elementCount(shape)} values, got ${data.length}`)
  const range = integerRanges[dtype]
  for (let i = 0; range && i < data.length; i++)
    if (!(Number.isInteger(data[i]) && data[i]! >= range[0] && data[i]! <= range[1]))
      throw new ShapeError(`constant: element ${i} must be of ${dtype}, got ${data[i]}`)
  return { shape, dtype, inputs: [], op: null, leaf: { kind: 'constant', data } }
}

/** A learnt tensor, float32; names are unique within a graph. @throws ShapeError */
export function parameter(name: string, shape: Shape, { init }: { readonly init: Initialiser }): Tensor {
  checkSizes(`parameter ${name}`, shape)
  return { shape, dtype: 'float32', inputs: [], op: null, leaf: { kind: 'parameter', name, init } }
}

/**
 * A scalar that follows the training step: `at(step, steps)` with step = 1 at the first of `steps` steps.
 * Margins, scales and λ may be such tensors.
 */
export function scheduled(name: string, at: (step: number, steps: number) => number): Tensor {
  return { shape: [], dtype: 'float32', inputs: [], op: null, leaf: { kind: 'scheduled', name, at } }
}

/** `x` itself, or the number `x` as a float32 scalar. */
export function tensor(x: Operand): Tensor {
  return typeof x === 'number' ? constant([x], []) : x
}
