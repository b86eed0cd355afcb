import {
  input,
  inversePermutation,
  kept,
  parameter,
  type RewriteRule,
  rewrite,
  type Tensor,
} from '../graph/index.ts'
import { mergeMovement } from './lower.ts'
import { mergedTranspose } from './merged.ts'
import { sinkTranspose } from './sink-transpose.ts'

/** How a state tensor is kept by the step: with its axes in the order `permutation` of the graph's. */
export type StateLayouts = ReadonlyMap<string, readonly number[]>

/**
 * Keeps each state tensor in the layout in which the lowered step makes its next value, so that no step transposes
 * weights: `state` pairs the leaf with the name of the output that replaces it.
 */
export function relayoutState(
  outputs: Readonly<Record<string, Tensor>>,
  nextName: (name: string) => string,
): { readonly outputs: Record<string, Tensor>; readonly layouts: StateLayouts } {
  const layouts = new Map<string, readonly number[]>()
  // The graph's views of what is kept, and what they were moved past: only these are moved on, to where they cancel.
  const views = new Set<Tensor>()
  const seen = (view: Tensor): Tensor => {
    if (view.op?.type === 'Transpose') views.add(view)
    return view
  }
  const sunk: RewriteRule = (node, inputs) => {
    const moved = inputs.some((x) => views.has(x)) ? sinkTranspose(node, inputs) : null
    return moved && seen(moved)
  }
  const stored = rewrite(outputs, (node, inputs) => {
    const { leaf } = node
    if (leaf?.kind !== 'parameter' && leaf?.kind !== 'input' && leaf?.kind !== 'kept')
      return mergeMovement(node, inputs) ?? sunk(node, inputs)
    const next = outputs[nextName(leaf.name)]
    if (next?.op?.type !== 'Transpose') return null
    // next = mergedTranspose(made, perm): made is what to keep, and the graph's view of it is mergedTranspose(kept, perm).
    const permutation = next.op.attributes!.perm as readonly number[]
    const layout = inversePermutation(permutation)
    layouts.set(leaf.name, layout)
    const shape = layout.map((axis) => node.shape[axis]!)
    const stored =
      leaf.kind === 'parameter'
        ? parameter(leaf.name, shape, leaf)
        : leaf.kind === 'kept'
          ? kept(leaf.name, shape, leaf)
          : input(leaf.name, shape, node.dtype)
    return seen(mergedTranspose(stored, permutation))
  })
  for (const [name, layout] of layouts)
    stored[nextName(name)] = mergedTranspose(stored[nextName(name)]!, layout)
  return { outputs: stored, layouts }
}
