import { rewrite } from './rewrite.ts'
import { apply, type Leaf, type Tensor } from './tensor.ts'

/** The graph of `outputs` in which what is computed alike from the same tensors is one tensor. */
export function unify<Names extends string>(outputs: Readonly<Record<Names, Tensor>>): Record<Names, Tensor> {
  const known = new Map<string, Tensor>()
  const numbers = new Map<Tensor, number>()
  return rewrite(outputs, (node, inputs) => {
    const { op, leaf, dtype, shape } = node
    const own = op
      ? [op.domain, op.type, op.attributes, op.operands, inputs.map((x) => numbers.get(x))]
      : contentOf(leaf!)
    const key = JSON.stringify([dtype, shape, own])
    const first = known.get(key)
    if (first) return first
    const same = !op || inputs.every((x, i) => x === node.inputs[i]) ? node : apply(op, ...inputs)
    known.set(key, same)
    numbers.set(same, numbers.size)
    return same
  })
}

const contentOf = (leaf: Leaf): unknown =>
  leaf.kind === 'constant'
    ? Array.from(leaf.data, (v) => (Object.is(v, -0) ? '-0' : String(v)))
    : [leaf.kind, leaf.name]
