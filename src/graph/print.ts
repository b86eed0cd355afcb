import { topologicalOrder } from './order.ts'
import type { Tensor } from './tensor.ts'

/** The graph as text, a line a node in an order that is a function of the graph: for people and for snapshots. */
export function print(outputs: Readonly<Record<string, Tensor>>): string {
  const names = new Map<Tensor, string>()
  const lines: string[] = []
  for (const node of topologicalOrder(Object.values(outputs))) {
    const type = `${node.dtype}[${node.shape}]`
    const { leaf, op } = node
    if (leaf?.kind === 'constant') {
      const values = Array.from(leaf.data)
      names.set(node, values.length === 1 ? `${values[0]}` : `constant ${type}`)
    } else if (leaf) {
      names.set(node, leaf.name)
      lines.push(`${leaf.name} = ${leaf.kind}: ${type}`)
    } else if (op) {
      const name = `%${lines.length}`
      const settings = [
        ...Object.entries(op.attributes ?? {}).map(
          ([key, value]) => `${key}=${Array.isArray(value) ? `[${value}]` : value}`,
        ),
        ...(op.operands ?? []).map((values) => `[${values}]`),
      ]
      const operands = [...node.inputs.map((x) => names.get(x)!), ...settings]
      lines.push(`${name} = ${op.type}(${operands.join(', ')}): ${type}`)
      names.set(node, name)
    }
  }
  for (const [name, node] of Object.entries(outputs)) lines.push(`${name} <- ${names.get(node)}`)
  return lines.join('\n')
}
