import { type Tensor, topologicalOrder } from '../../graph/index.ts'

/**
 * What `outputs` read of `x`: the last tensors on the way from `x` that depend on nothing besides but constants and schedules, so
 * that the outputs are functions of these and of leaves. Their order is the same wherever the same functions built the graph.
 */
export function readOf(outputs: readonly Tensor[], x: Tensor): Tensor[] {
  const kinds = new Map<Tensor, 'none' | 'x' | 'other'>()
  const read = new Set<Tensor>()
  const kindOf = (node: Tensor): 'none' | 'x' | 'other' => {
    if (node === x) return 'x'
    if (node.leaf) return node.leaf.kind === 'constant' || node.leaf.kind === 'scheduled' ? 'none' : 'other'
    const behind = node.inputs.map((input) => kinds.get(input)!)
    return behind.includes('other') ? 'other' : behind.includes('x') ? 'x' : 'none'
  }
  for (const node of topologicalOrder(outputs)) {
    kinds.set(node, kindOf(node))
    if (kinds.get(node) === 'other') for (const y of node.inputs) if (kinds.get(y) === 'x') read.add(y)
  }
  for (const output of outputs) if (kinds.get(output) === 'x') read.add(output)
  return [...read]
}
