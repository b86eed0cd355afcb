import { elementCount, input, rewrite, type Tensor, topologicalOrder } from '../graph/index.ts'

type Outputs = Readonly<Record<string, Tensor>>

/**
 * Lets the second of two graphs, rewritten together, take from the first what both compute, as far as that has no more than
 * `most` elements: `first` gives it, `second` is fed it, by the names `carried`.
 */
export function carry(
  { first, second }: { readonly first: Outputs; readonly second: Outputs },
  { most }: { readonly most: number },
): { readonly first: Outputs; readonly second: Outputs; readonly carried: readonly string[] } {
  const before = new Set(topologicalOrder(Object.values(first)))
  const isCarried = (node: Tensor): boolean =>
    node.op !== null && before.has(node) && elementCount(node.shape) <= most
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
