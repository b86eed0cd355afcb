import { topologicalOrder } from './order.ts'
import { apply, type Tensor } from './tensor.ts'

/** Says what stands in for `node` once its inputs are `inputs`, or null to keep the operator. */
export type RewriteRule = (node: Tensor, inputs: readonly Tensor[]) => Tensor | null

/** Rebuilds the graph of `outputs` from its leaves up, asking `rule` at each node; what nothing uses falls away. */
export function rewrite<Names extends string>(
  outputs: Readonly<Record<Names, Tensor>>,
  rule: RewriteRule,
): Record<Names, Tensor> {
  const done = new Map<Tensor, Tensor>()
  for (const node of topologicalOrder(Object.values<Tensor>(outputs))) {
    const inputs = node.inputs.map((x) => done.get(x)!)
    const kept = (): Tensor =>
      !node.op || inputs.every((x, i) => x === node.inputs[i]) ? node : apply(node.op, ...inputs)
    done.set(node, rule(node, inputs) ?? kept())
  }
  return Object.fromEntries(
    Object.entries<Tensor>(outputs).map(([name, node]) => [name, done.get(node)!]),
  ) as Record<Names, Tensor>
}
