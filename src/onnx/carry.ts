import { elementCount, input, rewrite, type Tensor, topologicalOrder } from '../graph/index.ts'

type Outputs = Readonly<Record<string, Tensor>>

/**
 * Lets the second of two graphs, rewritten together, take from the first what both compute, as far as that has no more than
 * `most` elements, or `mostOfState` where parameters alone make it: `first` gives it, `second` is fed it, by the names `carried`.
 */
export function carry(
  { first, second }: { readonly first: Outputs; readonly second: Outputs },
  { most, mostOfState = most }: { readonly most: number; readonly mostOfState?: number },
): { readonly first: Outputs; readonly second: Outputs; readonly carried: readonly string[] } {
  const before = new Set<Tensor>()
  const ofState = new Set<Tensor>()
  for (const node of topologicalOrder(Object.values(first))) {
    before.add(node)
    const { leaf, inputs } = node
    if (leaf ? leaf.kind === 'parameter' || leaf.kind === 'constant' : inputs.every((x) => ofState.has(x)))
      ofState.add(node)
  }
  const isCarried = (node: Tensor): boolean =>
    node.op !== null &&
    before.has(node) &&
    elementCount(node.shape) <= (ofState.has(node) ? mostOfState : most)
  const names = new Map<Tensor, string>()
  const add = (x: Tensor): void => {
    if (isCarried(x) && !names.has(x)) names.set(x, `carried:${names.size}`)
  }
  for (const node of topologicalOrder(Object.values(second))) if (!isCarried(node)) node.inputs.forEach(add)
  Object.values(second).forEach(add)
  return {
    first: { ...first, ...Object.fromEntries([...names].map(([node, name]) => [name, node])) },
    second: rewrite(second, (node) => {
      const name = names.get(node)
      return name === undefined ? null : input(name, node.shape, node.dtype)
    }),
    carried: [...names.values()],
  }
}
