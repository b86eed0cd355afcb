import {
  add,
  apply,
  cast,
  elementCount,
  less,
  mul,
  type Op,
  type RewriteRule,
  sub,
  type Tensor,
} from '../graph/index.ts'
import { holdsAnyBatch } from './any-batch.ts'

/**
 * Choices between one value a channel and a number, as arithmetic: ONNX Runtime's Where makes several passes over the map,
 * and its PRelu is slow with the channels last. The slope is shared by the forward and its gradient.
 */
export const lowerChoices: RewriteRule = ({ op, shape, dtype }, [x, a, b]) => {
  // The part of x below 0, in the gradient of a slope, stays Min: of the sign it would be faster, but that would be kept for it.
  if (op?.type === 'PRelu') return mul(x!, chosen(isNegative(x!), a!, 1))
  // PReLU's gradient: a parameter is finite, so that the side that is not chosen adds 0 and never NaN.
  const isSlope =
    op?.type === 'Where' &&
    dtype === 'float32' &&
    a?.leaf?.kind === 'parameter' &&
    elementCount(a.shape) < elementCount(shape) &&
    isNumber(b, 1)
  return isSlope ? chosen(asNumber(x!), a, 1) : null
}

const isNumber = (x: Tensor | undefined, value: number): boolean =>
  x?.leaf?.kind === 'constant' && x.leaf.data.length === 1 && x.leaf.data[0] === value

/** `a` where `condition` is 1, the number `b` where it is 0: b + (a − b)·condition. */
const chosen = (condition: Tensor, a: Tensor, b: number): Tensor => add(b, mul(sub(a, b), condition))

/** A bool as 0 or 1. */
const asNumber = (condition: Tensor): Tensor => {
  const [x, zero] = condition.inputs
  return condition.op?.type === 'Less' && x!.dtype === 'float32' && isNumber(zero, 0)
    ? isNegative(x!)
    : cast(condition, 'float32')
}

/** How steeply the step at 0 rises: between −1e-12 and 0 it is on its way. */
const steep = -(2 ** 40) - 0.5
/** As good as 0 beside the least number that counts; ONNX asks for one that is no integer. */
const nothing = 1e-30

const steepOp: Op<[Tensor]> = {
  type: 'HardSigmoid',
  attributes: { alpha: steep, beta: nothing },
  infer: ({ shape, dtype }) => ({ shape, dtype }),
  vjp: null,
}

/**
 * 1 where x is below 0, else 0: in one pass by a sigmoid of straight lines, max(0, min(1, α·x + β)). A file, whose batch is
 * free, compares and converts: other providers have these two at least.
 */
const isNegative = (x: Tensor): Tensor =>
  x.shape.some(holdsAnyBatch) ? cast(less(x, 0), 'float32') : apply(steepOp, x)
