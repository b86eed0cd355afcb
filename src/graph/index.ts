export { broadcastShape } from './broadcast.ts'
export { type ConvGeometry, conv, convTranspose, convWeight, geometryOf, matmul } from './contraction.ts'
export * from './elementwise.ts'
export { grad } from './grad.ts'
export { drawn, keeping, kept, nextOfKept, withoutKeeping } from './kept.ts'
export { concat, expand, inversePermutation, pad, reshape, reverse, slice, transpose } from './movement.ts'
export { topologicalOrder } from './order.ts'
export { print } from './print.ts'
export { argMax, reduceMax, reduceMean, reduceSum } from './reduction.ts'
export { type RewriteRule, rewrite } from './rewrite.ts'
export {
  type Attribute,
  apply,
  constant,
  type Dtype,
  elementCount,
  type Initialiser,
  input,
  type Leaf,
  type Op,
  type Operand,
  parameter,
  type Shape,
  scheduled,
  type Tensor,
  tensor,
  type Vjp,
} from './tensor.ts'
export { unify } from './unify.ts'
