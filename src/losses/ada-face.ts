import {
  add,
  cos,
  div,
  greater,
  keeping,
  kept,
  max,
  min,
  mul,
  neg,
  type Operand,
  reduceMean,
  reduceSum,
  sin,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import { sine as sineOf } from './angle.ts'
import { crossEntropy } from './cross-entropy.ts'
import { averageRate, entry, scale } from './entry.ts'
import { marginOption, rampedMargin, rampOption } from './margin-options.ts'
import { oneHot } from './one-hot.ts'
import { cosine, norm } from './unit.ts'

/**
 * AdaFace (Kim et al. 2022, eqs. 13 to 15): target logit s(cos(θ_y − m·ẑ) − m·ẑ − m), the turned angle held to 0 … π, with
 * ẑ = h(‖x‖ − μ)/σ within ±1, the image's quality against that of others: a long feature is asked for a larger margin, and a
 * short one is not pressed where it is hard. ẑ is not differentiated; ‖x‖ is taken within 0.001 … 100. `mean` and `std` [] are
 * μ and σ (`adaFaceKept`). `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function adaFace(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    s = 64,
    m = 0.4,
    h = 0.333,
    mean,
    std,
  }: { s?: Operand; m?: Operand; h?: number; mean: Operand; std: Operand },
): Tensor {
  const Y = oneHot(labels, W.shape[0]!)
  const cosθ = cosine(x, W)
  const c = reduceSum(mul(Y, cosθ), [1], { keepdims: true })
  const z = mul(div(sub(lengths(x), mean), add(std, smallestStd)), h)
  const g = mul(m, min(max(z, -1), 1))
  return crossEntropy(mul(s, add(cosθ, mul(Y, sub(sub(turnedBack(c, g), add(g, m)), c)))), labels)
}

/** As released: it keeps the quotient finite. */
const smallestStd = 1e-3

/** ‖x‖ within 0.001 … 100, not differentiated: [N, 1]. */
const lengths = (x: Tensor): Tensor => stopGradient(min(max(norm(x), 0.001), 100))

/** cos(θ − g) of c = cosθ, the angle held to 0 … π. */
function turnedBack(c: Tensor, g: Tensor): Tensor {
  const [cosine, sine] = [cos(g), sin(g)]
  const plain = add(mul(c, cosine), mul(sineOf(c), sine))
  // θ < g, and θ − g > π, without an arc cosine: g and π + g are within 0 … π only where g has the right sign.
  const before = where(greater(g, 0), where(greater(c, cosine), 1, plain), plain)
  return where(greater(g, 0), before, where(greater(neg(cosine), c), -1, plain))
}

/**
 * The loss that keeps its own μ and σ: `head.normMean` and `head.normStd` [], 20 and 100 at first, averages over steps of mean
 * and standard deviation (n − 1) of a batch's lengths with weight `alpha` for the newest, whose share is in those that the step
 * uses (as released). One sample alone leaves σ as it is. As `adaFace`.
 */
export function adaFaceKept(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { alpha = 0.01, ...options }: { s?: Operand; m?: Operand; h?: number; alpha?: number } = {},
): Tensor {
  const n = x.shape[0]!
  const mean = kept('head.normMean', [], { init: () => Float32Array.of(20) })
  const std = kept('head.normStd', [], { init: () => Float32Array.of(100) })
  const all = lengths(x)
  const mid = reduceMean(all)
  const average = (now: Tensor, before: Tensor): Tensor => add(mul(alpha, now), mul(1 - alpha, before))
  const nextMean = average(mid, mean)
  const spread = sqrt(max(mul(reduceSum(square(sub(all, mid))), 1 / (n - 1)), 1e-12))
  const nextStd = n > 1 ? average(spread, std) : mul(1, std)
  const loss = adaFace(x, W, labels, { ...options, mean: nextMean, std: nextStd })
  return keeping(keeping(loss, mean, nextMean), std, nextStd)
}

/** AdaFace in the catalogue. */
export const adaFaceEntry = entry({
  name: 'adaface',
  aliases: [],
  title: 'Quality adaptive margin (AdaFace)',
  paper: { authors: 'Kim et al.', year: 2022, equation: '13' },
  formula: 'target s(cos(θ_y − m·ẑ) − m·ẑ − m), others s·cosθ_j, ẑ = h(‖x‖ − μ)/σ within ±1',
  options: [
    marginOption(0.4, {
      max: 1,
      doc: 'm, which the quality of an image turns into one of angle and of cosine',
    }),
    rampOption,
    {
      name: 'h',
      kind: 'number',
      default: 0.333,
      domain: { min: 0, open: true },
      published: 0.333,
      doc: 'what a length one standard deviation above the mean counts, of 1 at most',
    },
    scale(64, 64),
    averageRate('normRate', 'mean and standard deviation of the lengths of features'),
  ],
  make: (values, s) => {
    const m = rampedMargin(values)
    const options = { s: s!, m, h: values.h as number, alpha: values.normRate as number }
    return { loss: (x, W, labels) => adaFaceKept(x, W, labels, options) }
  },
})
