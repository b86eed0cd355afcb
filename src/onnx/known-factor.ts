import {
  apply,
  constant,
  div,
  elementCount,
  mul,
  type RewriteRule,
  reshape,
  type Tensor,
  where,
} from '../graph/index.ts'

/** The factors of a float32 product where one is smaller than the other. */
export function factorsOf({ op, dtype, inputs }: Tensor): readonly [small: Tensor, large: Tensor] | null {
  const [a, b] = inputs
  if (op?.type !== 'Mul' || dtype !== 'float32' || !a || !b) return null
  const more = elementCount(b.shape) - elementCount(a.shape)
  return more > 0 ? [a, b] : more < 0 ? [b, a] : null
}

/** k·x with a known number k. */
interface Scaled {
  readonly k: number
  readonly x: Tensor
}

const knownNumber = ({ leaf, dtype, shape }: Tensor): number | null =>
  leaf?.kind === 'constant' && dtype === 'float32' && elementCount(shape) === 1 ? leaf.data[0]! : null

/** k and x of a product k·x that has the shape of x, or of −x. */
function scaledOf({ op, inputs, shape, dtype }: Tensor): Scaled | null {
  if (dtype !== 'float32') return null
  if (op?.type === 'Neg') return { k: -1, x: inputs[0]! }
  if (op?.type !== 'Mul') return null
  for (const [i, factor] of inputs.entries()) {
    const [k, x] = [knownNumber(factor), inputs[1 - i]!]
    if (k !== null && x.shape.join() === shape.join()) return { k, x }
  }
  return null
}

/** Whether a number is one in float32, with all its digits. */
const isWhole32 = (k: number): boolean => k === 0 || (Math.abs(k) >= 2 ** -126 && Math.abs(k) < 2 ** 128)

/** k·x, as one product with the known number that x is a product with, as long as that is in float32's range. */
export const times = (k: number, x: Tensor): Tensor => {
  const { k: before, x: inner } = scaledOf(x) ?? { k: 1, x }
  if (!isWhole32(k * before)) return mul(constant([k], []), x)
  return k * before === 1 ? inner : mul(constant([k * before], []), inner)
}

/** k·(l·x) is (k·l)·x. */
const merged: RewriteRule = (node, inputs) => {
  const outer = scaledOf({ ...node, inputs })
  const inner = outer && scaledOf(outer.x)
  return outer && inner && isWhole32(outer.k * inner.k) ? times(outer.k, outer.x) : null
}

/** k·(x∘r) and (k·x)∘r, r smaller than x and no known number itself, are x∘(k·r): a pass over x less. */
const toSmall: RewriteRule = (node, inputs) => {
  const now = { ...node, inputs }
  const product = scaledOf(now)
  const [r, x] = (product && factorsOf(product.x)) ?? []
  if (product && r && x && knownNumber(r) === null) return mul(x, times(product.k, r))
  const [small, large] = factorsOf(now) ?? []
  const scaled = large && scaledOf(large)
  return small && scaled && knownNumber(small) === null ? mul(scaled.x, times(scaled.k, small)) : null
}

/** Σ k·x is k·Σ x, and Σ (k·x)∘y is k·Σ x∘y: where x is a map, a pass over it less. */
const outOfSum: RewriteRule = ({ op }, [product]) => {
  if (op?.type !== 'ReduceSum' || !product) return null
  const whole = scaledOf(product)
  if (whole) return times(whole.k, apply(op, whole.x))
  if (product.op?.type !== 'Mul') return null
  for (const [i, factor] of product.inputs.entries()) {
    const scaled = scaledOf(factor)
    const y = product.inputs[1 - i]!
    if (scaled && y.shape.join() === scaled.x.shape.join())
      return times(scaled.k, apply(op, mul(scaled.x, y)))
  }
  return null
}

/** Up to so many numbers an operator takes longer to call than to run. */
const fewNumbers = 2 ** 14

/** Known factors of few numbers go outwards, where they meet and become one. */
const outward: RewriteRule = (node, inputs) => {
  const { op, shape, dtype } = node
  const [a, b, c] = inputs
  if (!op || !a || elementCount(shape) > fewNumbers) return null
  const isWhole = ({ x }: Scaled): boolean => x.shape.join() === shape.join()
  if (op.type === 'Add' && a === b && dtype === 'float32') return times(2, a)
  if (op.type === 'Reshape') {
    const scaled = scaledOf(a)
    return scaled && times(scaled.k, reshape(scaled.x, shape))
  }
  if (op.type === 'Div' && b) {
    const scaled = scaledOf(a)
    return scaled && isWhole(scaled) ? times(scaled.k, div(scaled.x, b)) : null
  }
  if (op.type === 'Mul' && b && !scaledOf({ ...node, inputs }))
    for (const [x, y] of [[a, b] as const, [b, a] as const]) {
      const scaled = scaledOf(x)
      if (scaled && isWhole(scaled)) return times(scaled.k, mul(scaled.x, y))
    }
  if (op.type === 'Where' && b && c && knownNumber(b) === 0) {
    const scaled = scaledOf(c)
    // Not of an infinite one: where 0 is chosen it must not meet it.
    return scaled && isWhole(scaled) && Number.isFinite(scaled.k)
      ? times(scaled.k, where(a, b, scaled.x))
      : null
  }
  return null
}

/** Known numbers multiply as few numbers as may be, and once. */
export const knownFactor: RewriteRule = (node, inputs) =>
  merged(node, inputs) ?? outOfSum(node, inputs) ?? toSmall(node, inputs) ?? outward(node, inputs)
