import {
  apply,
  elementCount,
  expand,
  type RewriteRule,
  reduceSum,
  reshape,
  type Tensor,
} from '../graph/index.ts'
import { holdsAnyBatch } from './any-batch.ts'
import { mergedReshape } from './merged.ts'

/** Numbers in a row that loops of the runtime are at their fastest with: they begin anew at each row. */
const wide = 1024
/** Maps smaller than this are not worth another node. */
const large = 100_000
/** Parts of a sum: rows are added within a part first, which is fast and rounds less. */
const parts = 16

const elementwise = new Set(['Add', 'Div', 'Max', 'Min', 'Mul', 'Sub'])

/** How many pixels of a map [N, H, W, C] stand in one row: a divisor of H·W. */
function pixelsARow({ shape }: Tensor): number {
  const [, h, w, c] = shape as [number, number, number, number]
  let best = 1
  for (let k = 2; k <= h * w && k * c <= wide; k++) if ((h * w) % k === 0) best = k
  return best
}

const greatestDivisor = (n: number, most: number): number => {
  for (let k = most; k > 1; k--) if (n % k === 0) return k
  return 1
}

const isMap = ({ shape }: Tensor): boolean =>
  shape.length === 4 && elementCount(shape) >= large && !shape.some(holdsAnyBatch)

/** One number a channel of a map with channels last. */
const isPerChannel = ({ shape }: Tensor, channels: number): boolean =>
  shape.at(-1) === channels && elementCount(shape) === channels

/** A map and one number a channel: as rows of several pixels, with the numbers repeated. */
const widened: RewriteRule = (node, inputs) => {
  const { op, shape } = node
  if (!op || !elementwise.has(op.type) || !isMap(node)) return null
  const channels = shape[3]!
  const isVector = inputs.map((x) => isPerChannel(x, channels))
  const isWhole = inputs.map((x) => elementCount(x.shape) === elementCount(shape))
  if (!isVector.includes(true) || !inputs.every((_, i) => isVector[i] || isWhole[i])) return null
  const k = pixelsARow(node)
  if (k === 1) return null
  const row = [elementCount(shape) / (k * channels), k * channels]
  const rows = inputs.map((x, i) =>
    isVector[i]
      ? reshape(expand(mergedReshape(x, [1, channels]), [k, channels]), [k * channels])
      : mergedReshape(x, row),
  )
  return reshape(apply(op, ...rows), shape)
}

/** The sum over all pixels of a map: by rows of several pixels, in parts. */
const summed: RewriteRule = ({ op, shape }, [x]) => {
  if (op?.type !== 'ReduceSum' || !x || !isMap(x) || op.operands![0]!.join() !== '0,1,2') return null
  const channels = x.shape[3]!
  const k = pixelsARow(x)
  const rows = elementCount(x.shape) / (k * channels)
  const part = greatestDivisor(rows, parts)
  const sums = reduceSum(mergedReshape(x, [part, rows / part, k * channels]), [1])
  return reshape(reduceSum(reshape(sums, [part * k, channels]), [0]), shape)
}

const reshaped: RewriteRule = ({ op }, [x]) =>
  op?.type === 'Reshape' ? mergedReshape(x!, op.operands![0]!) : null

/**
 * Operations between a map with channels last and one number a channel, and sums over its pixels, in rows of several pixels:
 * the runtime's loops for these begin anew at each row of C numbers.
 */
export const wideRows: RewriteRule = (node, inputs) =>
  reshaped(node, inputs) ?? widened(node, inputs) ?? summed(node, inputs)
