import { ShapeError } from '../errors.ts'
import { broadcastShape } from './broadcast.ts'
import { commonDtype, numeric, real } from './dtype.ts'
import { apply, type Dtype, type Op, type Operand, type Tensor, tensor } from './tensor.ts'

type Binary = Op<[Tensor, Tensor]>
type Unary = Op<[Tensor]>

const binary = (type: string, vjp: Binary['vjp']): Binary => ({
  type,
  infer: (a, b) => ({
    shape: broadcastShape(a.shape, b.shape),
    dtype: commonDtype(type, [a, b], numeric),
  }),
  vjp,
})

const comparison = (type: string): Binary => ({
  type,
  infer: (a, b) => {
    commonDtype(type, [a, b], numeric)
    return { shape: broadcastShape(a.shape, b.shape), dtype: 'bool' }
  },
  vjp: null,
})

const unary = (type: string, vjp: Unary['vjp'], allowed?: readonly Dtype[]): Unary => ({
  type,
  infer: (x) => ({ shape: x.shape, dtype: commonDtype(type, [x], allowed) }),
  vjp,
})

const addOp = binary('Add', (g) => [g, g])
const subOp = binary('Sub', (g) => [g, neg(g)])
const mulOp = binary('Mul', (g, _, a, b) => [mul(g, b), mul(g, a)])
const divOp = binary('Div', (g, y, _, b) => [div(g, b), neg(mul(g, div(y, b)))])
// A tie sends the gradient to the first operand alone, so that each element has one source.
const maxOp = binary('Max', (g, _, a, b) => [where(less(a, b), 0, g), where(less(a, b), g, 0)])
const minOp = binary('Min', (g, _, a, b) => [where(greater(a, b), 0, g), where(greater(a, b), g, 0)])
const greaterOp = comparison('Greater')
const lessOp = comparison('Less')
const equalOp = comparison('Equal')
const negOp = unary('Neg', (g) => [neg(g)], numeric)
const expOp = unary('Exp', (g, y) => [mul(g, y)], real)
const logOp = unary('Log', (g, _, x) => [div(g, x)], real)
const sqrtOp = unary('Sqrt', (g, y) => [div(mul(g, 0.5), y)], real)
const cosOp = unary('Cos', (g, _, x) => [neg(mul(g, sin(x)))], real)
const sinOp = unary('Sin', (g, _, x) => [mul(g, cos(x))], real)
const acosOp = unary('Acos', (g, _, x) => [neg(div(g, sqrt(sub(1, square(x)))))], real)
const absOp = unary('Abs', (g, _, x) => [where(less(x, 0), neg(g), g)], numeric)
const reluOp = unary('Relu', (g, _, x) => [where(greater(x, 0), g, 0)], real)
const identityOp = unary('Identity', () => [null])

const preluOp: Op<[Tensor, Tensor]> = {
  type: 'PRelu',
  infer: (x, slope) => {
    if (broadcastShape(x.shape, slope.shape).join() !== x.shape.join())
      throw new ShapeError(`PRelu: slope [${slope.shape}] does not broadcast to [${x.shape}]`)
    return { shape: x.shape, dtype: commonDtype('PRelu', [x, slope], real) }
  },
  vjp: (g, _, x, slope) => [mul(g, where(less(x, 0), slope, 1)), mul(g, min(x, 0))],
}

const whereOp: Op<[Tensor, Tensor, Tensor]> = {
  type: 'Where',
  infer: (condition, a, b) => {
    if (condition.dtype !== 'bool')
      throw new ShapeError(`Where: condition must be bool, got ${condition.dtype}`)
    return {
      shape: broadcastShape(condition.shape, broadcastShape(a.shape, b.shape)),
      dtype: commonDtype('Where', [a, b]),
    }
  },
  vjp: (g, _, condition) => [null, where(condition, g, 0), where(condition, 0, g)],
}

/** a + b, broadcast. */
export const add = (a: Operand, b: Operand): Tensor => apply(addOp, tensor(a), tensor(b))
/** a − b, broadcast. */
export const sub = (a: Operand, b: Operand): Tensor => apply(subOp, tensor(a), tensor(b))
/** a · b elementwise, broadcast. */
export const mul = (a: Operand, b: Operand): Tensor => apply(mulOp, tensor(a), tensor(b))
/** a / b, broadcast. */
export const div = (a: Operand, b: Operand): Tensor => apply(divOp, tensor(a), tensor(b))
/** The larger of a and b, broadcast; at a tie the gradient goes to a. */
export const max = (a: Operand, b: Operand): Tensor => apply(maxOp, tensor(a), tensor(b))
/** The smaller of a and b, broadcast; at a tie the gradient goes to a. */
export const min = (a: Operand, b: Operand): Tensor => apply(minOp, tensor(a), tensor(b))
/** a > b as bool, broadcast. */
export const greater = (a: Operand, b: Operand): Tensor => apply(greaterOp, tensor(a), tensor(b))
/** a < b as bool, broadcast. */
export const less = (a: Operand, b: Operand): Tensor => apply(lessOp, tensor(a), tensor(b))
/** a = b as bool, broadcast. */
export const equal = (a: Operand, b: Operand): Tensor => apply(equalOp, tensor(a), tensor(b))
/** −x. */
export const neg = (x: Operand): Tensor => apply(negOp, tensor(x))
/** eˣ. */
export const exp = (x: Operand): Tensor => apply(expOp, tensor(x))
/** Natural logarithm of x > 0. */
export const log = (x: Operand): Tensor => apply(logOp, tensor(x))
/** √x for x > 0; the gradient is infinite at 0, so bound x from below where it can be 0. */
export const sqrt = (x: Operand): Tensor => apply(sqrtOp, tensor(x))
/** cos x, x in radians. */
export const cos = (x: Operand): Tensor => apply(cosOp, tensor(x))
/** sin x, x in radians. */
export const sin = (x: Operand): Tensor => apply(sinOp, tensor(x))
/** The angle in radians, 0 … π, whose cosine is x in −1 … 1; the gradient is infinite at both ends, so bound x where it can be there. */
export const acos = (x: Operand): Tensor => apply(acosOp, tensor(x))
/** |x|; the gradient at 0 is that of x. */
export const abs = (x: Operand): Tensor => apply(absOp, tensor(x))
/** max(x, 0); the gradient at 0 is 0. */
export const relu = (x: Operand): Tensor => apply(reluOp, tensor(x))
/** x where it is at least 0, slope · x elsewhere; the slope is broadcast to x. The gradient at 0 is that of x. */
export const prelu = (x: Tensor, slope: Tensor): Tensor => apply(preluOp, x, slope)
/** a where the bool tensor `condition` holds, else b; broadcast. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  apply(whereOp, condition, tensor(a), tensor(b))
/** x², as x · x. */
export const square = (x: Tensor): Tensor => mul(x, x)
/** x, through which no gradient flows: the detached form of a term. */
export const stopGradient = (x: Tensor): Tensor => apply(identityOp, x)

const dtypeCodes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const satisfies Record<
  Dtype,
  number
>

/** The code of a dtype in ONNX (TensorProto.DataType). */
export const dtypeCode = (dtype: Dtype): number => dtypeCodes[dtype]

/** x converted to another dtype; gradients flow between real dtypes only. */
export function cast(x: Tensor, dtype: Dtype): Tensor {
  const op: Unary = {
    type: 'Cast',
    attributes: { to: dtypeCode(dtype) },
    infer: (a) => ({ shape: a.shape, dtype }),
    vjp: null,
  }
  return apply(op, x)
}
