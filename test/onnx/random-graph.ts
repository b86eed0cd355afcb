import fc from 'fast-check'
import {
  abs,
  add,
  cast,
  concat,
  constant,
  elementCount,
  expand,
  greater,
  input,
  less,
  max,
  min,
  mul,
  neg,
  reduceMax,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  type Shape,
  sub,
  type Tensor,
  transpose,
  where,
} from '../../src/graph/index.ts'
import { numbers } from '../graph/op-inputs.ts'

/** One operator of a random graph: what kind, on which tensor, and choices within the kind. */
export interface Move {
  readonly kind: number
  readonly on: number
  readonly choice: number
  readonly mask: number
  readonly flag: boolean
}

/** Programs of a few operators, for `randomGraph`. */
export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind: fc.nat(9),
    on: fc.nat(50),
    choice: fc.nat(1000),
    mask: fc.nat(31),
    flag: fc.boolean(),
  }),
  { minLength: 2, maxLength: 9 },
)

/** The `index`-th order of `rank` axes. */
export function permutationAt(rank: number, index: number): number[] {
  const left = Array.from({ length: rank }, (_, i) => i)
  let rest = index
  return Array.from({ length: rank }, () => {
    const [axis] = left.splice(rest % left.length, 1)
    rest = Math.floor(rest / (left.length + 1))
    return axis!
  })
}

const masked = (shape: Shape, mask: number): number[] => shape.map((size, i) => ((mask >> i) & 1 ? size : 1))

/** A constant that is broadcast with `shape`: some axes of size 1, leading axes missing, or one more in front. */
function partner(shape: Shape, { choice, mask, flag }: Move): Tensor {
  const sizes = masked(shape, mask).slice(choice % (shape.length + 1))
  const full = flag && shape.length < 4 ? [2, ...masked(shape, mask)] : sizes
  return constant(numbers(full, choice), full)
}

const binary = [add, sub, mul, max, min]
const unary = [neg, abs, relu, (x: Tensor) => mul(x, 0.5)]

function applied(x: Tensor, move: Move): Tensor {
  const { kind, choice, mask, flag } = move
  const axes = x.shape.map((_, i) => i).filter((i) => (mask >> i) & 1)
  if (kind <= 2) return transpose(x, permutationAt(x.shape.length, choice))
  if (kind === 3) return binary[choice % binary.length]!(x, partner(x.shape, move))
  if (kind === 4) return binary[choice % binary.length]!(partner(x.shape, move), x)
  if (kind === 5) return unary[choice % unary.length]!(x)
  if (kind === 6) return where(less(x, partner(x.shape, move)), x, flag ? 0.5 : neg(x))
  if (kind === 7) return [reduceSum, reduceMax, reduceMean][choice % 3]!(x, axes, { keepdims: flag })
  if (kind === 8)
    return flag
      ? cast(greater(x, partner(x.shape, { ...move, flag: false })), 'float32')
      : expand(
          x,
          x.shape.map((size) => (size === 1 ? 2 : size)),
        )
  return flag
    ? reshape(x, [elementCount(x.shape)])
    : concat([x, transpose(transpose(x, permutationAt(x.shape.length, choice)), inverse(x, choice))], 0)
}

const inverse = (x: Tensor, choice: number): number[] => {
  const permutation = permutationAt(x.shape.length, choice)
  return permutation.map((_, axis) => permutation.indexOf(axis))
}

/**
 * The graph that a program makes over `leaves`: each operator takes a tensor made before, most often the last; tensors that
 * would grow large are left out. Gives the last few tensors and one sum over all of them.
 */
export function randomGraph(program: readonly Move[], leaves: readonly Tensor[]): Record<string, Tensor> {
  const made = [...leaves]
  for (const move of program) {
    const x = move.on < 25 ? made.at(-1)! : made[move.on % made.length]!
    if (x.shape.length === 0) continue
    const y = applied(x, move)
    if (elementCount(y.shape) <= 400 && y.shape.length <= 5) made.push(y)
    // Two tensors of one shape meet.
    const twin = made.slice(0, -1).find(({ shape }) => shape.join() === made.at(-1)!.shape.join())
    if (twin && move.flag) made.push(mul(made.at(-1)!, twin))
  }
  const last = made.slice(-3)
  const sum = made.map((y) => reduceSum(y)).reduce((a, b) => add(a, b))
  return { sum, ...Object.fromEntries(last.map((y, i) => [`y${i}`, y])) }
}

/** Inputs of a picture's shape, a value a channel, a scalar and a matrix, with the numbers to feed. */
export const graphLeaves: readonly Tensor[] = [
  input('scalar', []),
  input('matrix', [3, 2]),
  input('channel', [3, 1, 1]),
  input('map', [2, 3, 2, 4]),
]
export const leafValues = Object.fromEntries(
  graphLeaves.map(({ leaf, shape }, i) => [leaf?.kind === 'input' ? leaf.name : '', numbers(shape, 40 + i)]),
)
