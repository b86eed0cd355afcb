import {
  cast,
  constant,
  elementCount,
  equal,
  max,
  min,
  mul,
  neg,
  type RewriteRule,
  reshape,
  type Tensor,
} from '../graph/index.ts'
import { elementsOf, withAdded } from './elements.ts'

/** Rows of an identity matrix [N, C] as a comparison of labels with 0 … C − 1: the labels [N]; null for anything else. */
function labelsOf({ op, dtype, shape, inputs: [same] }: Tensor): Tensor | null {
  if (op?.type !== 'Cast' || dtype !== 'float32' || shape.length !== 2 || same?.op?.type !== 'Equal')
    return null
  const [column, row] = same.inputs
  if (row?.leaf?.kind !== 'constant' || row.shape.join() !== `1,${shape[1]}`) return null
  const { data } = row.leaf
  for (let j = 0; j < data.length; j++) if (data[j] !== j) return null
  if (column?.dtype !== 'int32' || column.shape.join() !== `${shape[0]},1`) return null
  return column
}

/** Where a row of an identity matrix has its 1: a column that there is, and 1; or 0, where the label names no column. */
interface OwnColumn {
  readonly column: Tensor
  readonly named: Tensor
}

/** By the labels, and how many classes there are: made once, so that two graphs that are cut apart share it. */
const made = new WeakMap<Tensor, Map<number, OwnColumn>>()

function ownColumn(labels: Tensor, classes: number): OwnColumn {
  const known = made.get(labels)?.get(classes)
  if (known) return known
  const int = (value: number): Tensor => constant([value], [], 'int32')
  const column = max(min(labels, int(classes - 1)), int(0))
  const own = { column, named: cast(equal(labels, column), 'float32') }
  made.set(labels, new Map(made.get(labels)).set(classes, own))
  return own
}

/** The factors of Y∘c, Y being rows of an identity matrix [N, C]. */
function picked({ op, shape, inputs }: Tensor): { readonly own: OwnColumn; readonly by: Tensor } | null {
  if (op?.type !== 'Mul') return null
  for (const [i, Y] of inputs.entries()) {
    const labels = labelsOf(Y)
    const by = inputs[1 - i]!
    if (labels && Y.shape.join() === shape.join()) return { own: ownColumn(labels, shape[1]!), by }
  }
  return null
}

/** One number a row, [N, 1], of what is broadcast along rows; null where it differs within a row. */
function perRow(c: Tensor, rows: number): Tensor | null {
  if (elementCount(c.shape) === 1) return reshape(c, [1, 1])
  return c.shape.join() === `${rows},1` ? c : null
}

/** Σ_j Y∘A along rows is the one element of each. */
const ownElement: RewriteRule = ({ op, shape }, [x]) => {
  if (op?.type !== 'ReduceSum' || op.operands?.[0]?.join() !== '1' || !x) return null
  const found = picked(x)
  if (!found) return null
  const { column, named } = found.own
  const isWhole = found.by.shape.join() === x.shape.join()
  const value = isWhole ? elementsOf(found.by, column) : perRow(found.by, x.shape[0]!)
  return value && reshape(mul(named, value), shape)
}

/** A ± Y∘c with one c a row changes one element of each. */
const ownAdded: RewriteRule = ({ op, shape }, inputs) => {
  const [a, b] = inputs
  if ((op?.type !== 'Add' && op?.type !== 'Sub') || !a || !b || shape.length !== 2) return null
  for (const [all, term] of op.type === 'Add' ? [[a, b] as const, [b, a] as const] : [[a, b] as const]) {
    const found = picked(term)
    const by = found && perRow(found.by, shape[0]!)
    if (!found || !by || all.shape.join() !== shape.join()) continue
    const { column, named } = found.own
    const more = mul(named, by)
    return withAdded(all, column, op.type === 'Add' ? more : neg(more))
  }
  return null
}

/**
 * Rows of an identity matrix pick one element of each row, or change one: that many are touched, instead of passes over the
 * whole matrix. Same values, but that a class which is not the sample's no longer meets it: 0·∞ is not computed.
 */
export const ownColumnOnly: RewriteRule = (node, inputs) => ownElement(node, inputs) ?? ownAdded(node, inputs)
