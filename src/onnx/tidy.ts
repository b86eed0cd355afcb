import { add, apply, matmul, mul, type RewriteRule, rewrite, type Tensor } from '../graph/index.ts'
import { factorsOf, knownFactor, times } from './known-factor.ts'
import { mergedTranspose } from './merged.ts'
import { ownColumnOnly } from './own-column.ts'

const broadcasting = new Set(['Add', 'Div', 'Equal', 'Greater', 'Less', 'Max', 'Min', 'Mul', 'Sub', 'Where'])

/** An operator that broadcasts needs no operand that was expanded before, as long as another one has the full shape. */
const withoutExpand: RewriteRule = ({ op, shape }, inputs) => {
  if (!op || !broadcasting.has(op.type) || !inputs.some((x) => x.op?.type === 'Expand')) return null
  const slim = [...inputs]
  for (const [i, x] of inputs.entries()) {
    if (x.op?.type !== 'Expand') continue
    const small = slim.with(i, x.inputs[0]!)
    if (apply(op, ...small).shape.join() === shape.join()) slim[i] = x.inputs[0]!
  }
  return slim.every((x, i) => x === inputs[i]) ? null : apply(op, ...slim)
}

/** (A·B)ᵀ is Bᵀ·Aᵀ: a gradient then comes in the layout of its matrix, and no step turns matrices over. */
const transposedProduct: RewriteRule = ({ op, shape }, [x]) =>
  op?.type === 'Transpose' && shape.length === 2 && x?.op?.type === 'MatMul'
    ? matmul(mergedTranspose(x.inputs[1]!, [1, 0]), mergedTranspose(x.inputs[0]!, [1, 0]))
    : null

const both = (s: Tensor, t: Tensor): Tensor => (s === t ? times(2, s) : add(s, t))

/**
 * s·x + t·x is (s + t)·x, and (y + s·x) + t·x is y + (s + t)·x, with factors s and t smaller than x: the square of a norm
 * brings such terms into a gradient, and weight decay another. Each saves passes over the whole of x.
 */
const collected: RewriteRule = ({ op }, [sum, last]) => {
  if (op?.type !== 'Add' || !sum || !last) return null
  const [t, x] = factorsOf(last) ?? []
  if (!t || !x) return null
  const [s, same] = factorsOf(sum) ?? []
  if (s && same === x) return mul(both(s, t), x)
  if (sum.op?.type !== 'Add') return null
  for (const [i, term] of sum.inputs.entries()) {
    const [s, same] = factorsOf(term) ?? []
    if (s && same === x) return add(sum.inputs[1 - i]!, mul(both(s, t), x))
  }
  return null
}

const isOne = ({ leaf, op, inputs }: Tensor): boolean =>
  leaf?.kind === 'constant'
    ? leaf.data.length === 1 && leaf.data[0] === 1
    : (op?.type === 'Reshape' || op?.type === 'Expand') && isOne(inputs[0]!)

/** x·1 is x: the walk backwards begins with 1. */
const withoutOne: RewriteRule = ({ op, shape }, inputs) => {
  if (op?.type !== 'Mul') return null
  const i = inputs.findIndex(isOne)
  const x = inputs[1 - i]
  return i >= 0 && x?.shape.join() === shape.join() ? x : null
}

/** The graph of `outputs` with less to do: same values but for rounding, fewer passes over large matrices. */
export const tidy = (outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  rewrite(
    outputs,
    (node, inputs) =>
      withoutOne(node, inputs) ??
      withoutExpand(node, inputs) ??
      transposedProduct(node, inputs) ??
      ownColumnOnly(node, inputs) ??
      knownFactor(node, inputs) ??
      collected(node, inputs),
  )
