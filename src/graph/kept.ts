import { ShapeError } from '../errors.ts'
import type { Random } from '../math/rng.ts'
import { topologicalOrder } from './order.ts'
import { rewrite } from './rewrite.ts'
import { apply, checkSizes, type Initialiser, type Op, type Shape, type Tensor } from './tensor.ts'

/**
 * State that is not learnt, float32: a running mean, a scale that adapts, centres of classes. It is in the step's state and
 * the checkpoint, has no gradient and no optimiser, and stays as it is unless `keeping` says what comes next. `init` draws
 * the first values; names are unique within a graph. @throws ShapeError
 */
export function kept(name: string, shape: Shape, { init }: { readonly init: Initialiser }): Tensor {
  checkSizes(`kept ${name}`, shape)
  return { shape, dtype: 'float32', inputs: [], op: null, leaf: { kind: 'kept', name, init } }
}

/**
 * Random numbers, float32, that come in anew at each step: `draw` gets a stream that is a pure function of seed, name and
 * step. Masks of dropout, margins that vary. @throws ShapeError
 */
export function drawn(
  name: string,
  shape: Shape,
  draw: (random: Random, shape: Shape) => Float32Array,
): Tensor {
  checkSizes(`drawn ${name}`, shape)
  return { shape, dtype: 'float32', inputs: [], op: null, leaf: { kind: 'drawn', name, draw } }
}

const keepingOp: Op<[Tensor, Tensor, Tensor]> = {
  type: 'Keeping',
  domain: 'steradian',
  infer: (y, leaf, next) => {
    if (leaf.leaf?.kind !== 'kept') throw new ShapeError(`keeping: leaf must be kept, got ${nameOf(leaf)}`)
    if (next.dtype !== 'float32' || next.shape.join() !== leaf.shape.join())
      throw new ShapeError(
        `keeping: the next value of ${leaf.leaf.name} must be float32 [${leaf.shape}], got ${next.dtype} [${next.shape}]`,
      )
    return { shape: y.shape, dtype: y.dtype }
  },
  // `next` is what a step leaves behind, not what it is judged by.
  vjp: (g) => [g, null, null],
}

const nameOf = ({ leaf, op }: Tensor): string =>
  leaf && 'name' in leaf ? leaf.name : (op?.type ?? 'a constant')

/**
 * `y` itself, the gradient with it; says besides that the kept `leaf` is `next` [as `leaf`] after the step. `next` is not
 * differentiated, and must depend on `leaf`. @throws ShapeError
 */
export const keeping = (y: Tensor, leaf: Tensor, next: Tensor): Tensor => apply(keepingOp, y, leaf, next)

const isKeeping = ({ op }: Tensor): boolean => op?.type === keepingOp.type && op.domain === keepingOp.domain

/** What the `keeping` nodes under `outputs` say: the next value of each kept leaf. @throws ShapeError where two differ */
export function nextOfKept(outputs: readonly Tensor[]): Map<Tensor, Tensor> {
  const next = new Map<Tensor, Tensor>()
  for (const node of topologicalOrder(outputs)) {
    if (!isKeeping(node)) continue
    const [, leaf, value] = node.inputs as readonly [Tensor, Tensor, Tensor]
    const known = next.get(leaf)
    if (known && known !== value)
      throw new ShapeError(`keeping: two next values, got both for ${nameOf(leaf)}`)
    if (!topologicalOrder([value]).includes(leaf))
      throw new ShapeError(
        `keeping: the next value must depend on the present one, got one of ${nameOf(leaf)}`,
      )
    next.set(leaf, value)
  }
  return next
}

/** The graph of `outputs` without its `keeping` nodes: what each is itself remains. */
export const withoutKeeping = <Names extends string>(
  outputs: Readonly<Record<Names, Tensor>>,
): Record<Names, Tensor> => rewrite(outputs, (node, [y]) => (isKeeping(node) ? y! : null))
