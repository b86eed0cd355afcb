import {
  add,
  apply,
  type ConvGeometry,
  constant,
  conv,
  elementCount,
  expand,
  geometryOf,
  matmul,
  mul,
  type RewriteRule,
  reduceSum,
  reshape,
  rewrite,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import { constantValue, isComputable, type KnownValues } from './constant-value.ts'

/**
 * The graph of `outputs` for a file whose parameters and kept tensors have `values`: what running statistics multiply and add
 * (batch normalisation in use) becomes part of the weights and biases of the convolution or matrix product before or after it.
 * Exact but for rounding: a shift before a padded convolution reaches fewer taps at the border, and is added as the
 * convolution of a map of ones. What holds no kept tensor stays as it is.
 */
export function fold<Names extends string>(
  outputs: Readonly<Record<Names, Tensor>>,
  values: KnownValues,
): Record<Names, Tensor> {
  const facts = factsOf(values)
  const uses = new Map<Tensor, number>()
  for (const { inputs } of topologicalOrder(Object.values<Tensor>(outputs)))
    for (const x of inputs) uses.set(x, (uses.get(x) ?? 0) + 1)
  // How often the tensor that stands for a node is used: a layer that others read as well is not changed.
  const usesNow = new Map<Tensor, number>()
  const rules = foldingRules(facts, (x) => (usesNow.get(x) ?? 1) === 1)
  const folded = rewrite(outputs, (node, inputs) => {
    const isSame = !node.op || inputs.every((x, i) => x === node.inputs[i])
    const made = rules(node, inputs) ?? (isSame ? node : apply(node.op!, ...inputs))
    usesNow.set(made, uses.get(node) ?? 1)
    return made
  })
  return materialised(folded, facts, values)
}

/** What is known of tensors before any image is. */
interface Facts {
  /** Depends on constants and values alone. */
  readonly isFixed: (x: Tensor) => boolean
  /** Depends on a kept tensor. */
  readonly isKept: (x: Tensor) => boolean
  /** Fixed, and made by operators that can be worked out here. */
  readonly isKnown: (x: Tensor) => boolean
  /** Known, and depends on a kept tensor. */
  readonly isFolded: (x: Tensor) => boolean
}

interface Fact {
  readonly fixed: boolean
  readonly known: boolean
  readonly kept: boolean
}

function factsOf(values: KnownValues): Facts {
  const found = new Map<Tensor, Fact>()
  // Asked from the leaves up, a tensor at a time: no deep recursion.
  const look = (x: Tensor): Fact => {
    const before = found.get(x)
    if (before) return before
    const { leaf } = x
    const under = x.inputs.map(look)
    const isGiven = leaf?.kind === 'parameter' || leaf?.kind === 'kept' ? values.has(leaf.name) : false
    const fixed = leaf ? leaf.kind === 'constant' || isGiven : under.every((input) => input.fixed)
    const known = fixed && (leaf !== null || (isComputable(x) && under.every((input) => input.known)))
    const now = { fixed, known, kept: leaf?.kind === 'kept' || under.some((input) => input.kept) }
    found.set(x, now)
    return now
  }
  return {
    isFixed: (x) => look(x).fixed,
    isKept: (x) => look(x).kept,
    isKnown: (x) => look(x).known,
    isFolded: (x) => look(x).known && look(x).kept,
  }
}

/** The values of one number a channel, [C]; null where a tensor is not that. `map` is the channels' tensor. */
function perChannel(c: Tensor, map: Tensor): Tensor | null {
  if (map.shape.length !== 2 && map.shape.length !== 4) return null
  const channels = map.shape[1]!
  const full = [...new Array<number>(map.shape.length - c.shape.length).fill(1), ...c.shape]
  const fits = c.shape.length <= map.shape.length && full.every((size, axis) => size === 1 || axis === 1)
  if (!fits) return null
  return full[1] === channels ? reshape(c, [channels]) : expand(reshape(c, [1]), [channels])
}

/** A sum or product with one operand that is folded, the other not known. */
function parts(
  node: Tensor,
  type: 'Add' | 'Mul',
  known: (c: Tensor) => boolean,
): readonly [x: Tensor, c: Tensor] | null {
  const [a, b] = node.inputs
  if (node.op?.type !== type || !a || !b) return null
  if (known(b) && !known(a)) return [a, b]
  return known(a) && !known(b) ? [b, a] : null
}

function foldingRules(
  { isFixed, isKept, isKnown, isFolded }: Facts,
  isAlone: (x: Tensor) => boolean,
): RewriteRule {
  /** y·c with c [C] within the layer that makes y, or null where it cannot be. */
  const scaled = (y: Tensor, c: Tensor): Tensor | null => {
    const [x, w] = y.inputs
    if (!isAlone(y)) return null
    if (y.op?.type === 'Conv' && isKnown(w!))
      return conv(x!, mul(w!, reshape(c, [elementCount(c.shape), 1, 1, 1])), geometryOf(y))
    if (y.op?.type === 'MatMul' && isKnown(w!) && w!.shape.length === 2) return matmul(x!, mul(w!, c))
    if (y.op?.type !== 'Add') return null
    const terms = y.inputs.map((term) => {
      const shift = isKnown(term) ? perChannel(term, y) : null
      return shift ? forMap(mul(shift, c), y) : scaled(term, c)
    })
    return terms[0] && terms[1] ? add(terms[0], terms[1]) : null
  }
  return (node, inputs) => {
    const { op } = node
    if (!op) return null
    const now = { ...node, inputs }
    const product = parts(now, 'Mul', isFolded)
    if (product) {
      const c = perChannel(product[1], product[0])
      return c && scaled(product[0], c)
    }
    const sum = parts(now, 'Add', isFixed)
    const inner = sum && parts(sum[0], 'Add', isFixed)
    if (inner && isAlone(sum[0]) && (isKept(sum[1]) || isKept(inner[1])))
      return add(inner[0], add(inner[1], sum[1]))
    if (op.type === 'Reshape') return shapedLater(now, isFolded)
    if ((op.type === 'Conv' || op.type === 'MatMul') && isKnown(inputs[1]!)) return absorbed(now, isFolded)
    return null
  }
}

/** [C] in the shape in which it is broadcast to a map or to rows. */
const forMap = (c: Tensor, { shape }: Tensor): Tensor =>
  shape.length === 4 ? reshape(c, [c.shape[0]!, 1, 1]) : c

/** A map [N, C, H, W] that is scaled or shifted and then flattened, flattened first. */
function shapedLater(node: Tensor, isFolded: (c: Tensor) => boolean): Tensor | null {
  const [y] = node.inputs as readonly [Tensor]
  if (y.shape.length !== 4 || node.shape.length !== 2 || node.shape[0] !== y.shape[0]) return null
  for (const [type, combine] of [
    ['Mul', mul],
    ['Add', add],
  ] as const) {
    const found = parts(y, type, isFolded)
    const c = found && perChannel(found[1], y)
    if (!c) continue
    const [, channels, ...map] = y.shape as [number, number, number, number]
    const spread = expand(reshape(c, [channels, 1, 1]), [channels, ...map])
    const before = { ...node, inputs: [found[0]] }
    return combine(
      shapedLater(before, isFolded) ?? reshape(found[0], node.shape),
      reshape(spread, [node.shape[1]!]),
    )
  }
  return null
}

/** A convolution or product of what was scaled or shifted, as one of what it was before. */
function absorbed(node: Tensor, isFolded: (c: Tensor) => boolean): Tensor | null {
  const [y, w] = node.inputs as readonly [Tensor, Tensor]
  const isConv = node.op!.type === 'Conv'
  if (!isConv && (y.shape.length !== 2 || w.shape.length !== 2)) return null
  const again = (x: Tensor, weight: Tensor): Tensor => {
    const made = isConv ? conv(x, weight, geometryOf(node)) : matmul(x, weight)
    return absorbed(made, isFolded) ?? made
  }
  const product = parts(y, 'Mul', isFolded)
  const factor = product && perChannel(product[1], y)
  if (factor)
    return again(
      product[0],
      mul(w, isConv ? byInput(factor, w, geometryOf(node)) : reshape(factor, [w.shape[0]!, 1])),
    )
  const sum = parts(y, 'Add', isFolded)
  const shift = sum && perChannel(sum[1], y)
  if (!shift) return null
  if (!isConv)
    return add(again(sum[0], w), reshape(matmul(reshape(shift, [1, w.shape[0]!]), w), [w.shape[1]!]))
  const geometry = geometryOf(node)
  const taps = reduceSum(mul(w, byInput(shift, w, geometry)), [1], { keepdims: true })
  const made = again(sum[0], w)
  if (geometry.pads.every((n) => n === 0))
    return add(made, reshape(reduceSum(taps, [1, 2, 3]), [w.shape[0]!, 1, 1]))
  const [, , rows, columns] = y.shape as [number, number, number, number]
  const ones = constant(new Float32Array(rows * columns).fill(1), [1, 1, rows, columns])
  return add(made, conv(ones, taps, { ...geometry, group: 1 }))
}

/** One number an input channel [Ci], as it meets the weights [Co, Ci / group, Kh, Kw]. */
function byInput(c: Tensor, w: Tensor, { group }: Required<ConvGeometry>): Tensor {
  const [out, each] = w.shape as [number, number]
  if (group === 1) return reshape(c, [1, each, 1, 1])
  const parted = expand(reshape(c, [group, 1, each]), [group, out / group, each])
  return reshape(parted, [out, each, 1, 1])
}

/** Everything that is folded as constants, but for what would take more room than what it is made of. */
function materialised<Names extends string>(
  outputs: Readonly<Record<Names, Tensor>>,
  { isKnown, isFolded }: Facts,
  values: KnownValues,
): Record<Names, Tensor> {
  const done = new Map<Tensor, Tensor>()
  const fixed = (x: Tensor): Tensor => {
    const before = done.get(x)
    if (before) return before
    const room = topologicalOrder([x]).reduce(
      (most, { leaf, shape }) => (leaf ? Math.max(most, elementCount(shape)) : most),
      0,
    )
    const made =
      elementCount(x.shape) <= room
        ? constant(Float32Array.from(constantValue(x, values)), x.shape)
        : apply(x.op!, ...x.inputs.map((input) => (isFolded(input) ? fixed(input) : input)))
    done.set(x, made)
    return made
  }
  return rewrite(outputs, (node, inputs) => {
    if (!node.op || isKnown(node) || !node.inputs.some(isFolded)) return null
    return apply(node.op, ...node.inputs.map((x, i) => (isFolded(x) ? fixed(x) : inputs[i]!)))
  })
}
