import { input, rewrite, type Tensor, topologicalOrder } from '../graph/index.ts'

/** A graph in two parts that are run one after the other. */
export interface CutGraph {
  /** The outputs at which it was cut, and under names of their own what the second part reads of the way there. */
  readonly first: Record<string, Tensor>
  /** The other outputs; what they need of the first part are inputs of the same names. */
  readonly second: Record<string, Tensor>
  /** The names that cross. */
  readonly crossing: readonly string[]
}

/** A reshape, or a leaf turned over, is made again rather than stored. */
const isRemade = ({ op, inputs }: Tensor): boolean =>
  op?.type === 'Reshape' || (op?.type === 'Transpose' && !inputs[0]!.op)

/**
 * Cuts the graph of `outputs` in two at the outputs `at`: the first part ends with them, so that something can be done with
 * their values before the second, which computes nothing twice (but reshapes). A leaf is an input of both.
 */
export function cutAt(outputs: Readonly<Record<string, Tensor>>, at: readonly string[]): CutGraph {
  const ends = Object.fromEntries(at.map((name) => [name, outputs[name]!]))
  const others = Object.fromEntries(Object.entries(outputs).filter(([name]) => !at.includes(name)))
  const before = new Set(topologicalOrder(Object.values(ends)))
  const names = new Map<Tensor, string>()
  const cross = (x: Tensor): void => {
    if (!x.op || names.has(x)) return
    if (isRemade(x)) for (const behind of x.inputs) cross(behind)
    else names.set(x, at.find((name) => ends[name] === x) ?? `crossing:${names.size}`)
  }
  for (const node of topologicalOrder(Object.values(others)))
    if (!before.has(node)) for (const x of node.inputs) if (before.has(x)) cross(x)
  for (const output of Object.values(others)) if (before.has(output)) cross(output)
  return {
    first: { ...Object.fromEntries([...names].map(([x, name]) => [name, x])), ...ends },
    second: rewrite(others, (node) => {
      const name = names.get(node)
      return name === undefined ? null : input(name, node.shape, node.dtype)
    }),
    crossing: [...names.values()],
  }
}
