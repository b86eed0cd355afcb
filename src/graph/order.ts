import type { Tensor } from './tensor.ts'

/** All tensors that `outputs` depend on, themselves included, inputs before their users; the order is a function of the graph. */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  // An explicit stack: graphs of deep networks would overflow the call stack.
  const stack: { node: Tensor; next: number }[] = []
  for (const output of outputs) {
    if (seen.has(output)) continue
    seen.add(output)
    stack.push({ node: output, next: 0 })
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = top.node.inputs[top.next++]
      if (!child) {
        order.push(top.node)
        stack.pop()
      } else if (!seen.has(child)) {
        seen.add(child)
        stack.push({ node: child, next: 0 })
      }
    }
  }
  return order
}
