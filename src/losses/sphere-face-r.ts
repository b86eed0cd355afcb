import { UsageError } from '../errors.ts'
import { abs, add, cos, div, min, mul, type Operand, reduceMean, sub, type Tensor } from '../graph/index.ts'
import { angle } from './angle.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, fromZero, scale } from './entry.ts'
import { formOption, type MarginForm, withForm } from './margin-form.ts'
import { oneHot } from './one-hot.ts'
import { atOwnClass } from './own-class.ts'
import { type Similarity, similarityOf, subCentresOption } from './sub-centres.ts'
import { cosine, norm } from './unit.ts'

/** What the margin touches: the own angle, multiplied by it (`v1`), or all others, divided by it (`v2`). */
export type SphereFaceRVersion = 'v1' | 'v2'

/** Features of length s (`hard`), of their own length, pulled towards s (`soft`), or of their own length (`none`). */
export type FeatureNorm = 'hard' | 'soft' | 'none'

/**
 * SphereFace-R (Liu et al. 2022). v1: target logit s·cos(min(m·θ_y, π)), others s·cosθ_j; v2: target s·cosθ_y, others
 * s·cos(θ_j/m). With `norm` soft ‖x‖ stands for s, and t·|‖x‖ − s| is added for each sample; with none ‖x‖ only. The
 * published gradient is `detached`, that of the logits s·cosθ_j. The release multiplies the cross-entropy by `weight`/s, 50/s;
 * null leaves it as it is. `m` ≥ 1. `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function sphereFaceR(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    version = 'v1',
    m = 1.5,
    s = 30,
    norm: features = 'hard',
    t = 0.01,
    weight = null,
    form = 'detached',
    similarity = cosine,
  }: {
    version?: SphereFaceRVersion
    m?: Operand
    s?: Operand
    norm?: FeatureNorm
    t?: number
    weight?: number | null
    form?: MarginForm
    similarity?: Similarity
  } = {},
): Tensor {
  const c = similarity(x, W)
  const margined = version === 'v1' ? narrowed(c, labels, m) : widened(c, labels, m)
  const logits = mul(features === 'hard' ? s : norm(x), withForm(form, c, margined))
  const entropy = crossEntropy(logits, labels)
  const loss = weight === null ? entropy : mul(div(weight, s), entropy)
  return features === 'soft' ? add(loss, mul(t, reduceMean(abs(sub(norm(x), s))))) : loss
}

/** The own angle m times as large. */
const narrowed = (c: Tensor, labels: Tensor, m: Operand): Tensor =>
  atOwnClass(c, labels, (own) => cos(min(mul(m, angle(own)), Math.PI)))

/** All others m times as small. */
function widened(c: Tensor, labels: Tensor, m: Operand): Tensor {
  const wide = cos(div(angle(c), m))
  return add(wide, mul(oneHot(labels, c.shape[1]!), sub(c, wide)))
}

/** t where nobody says otherwise. */
const usualPull = 0.01

/** SphereFace-R in the catalogue. */
export const sphereFaceREntry = entry({
  name: 'sphereface-r',
  aliases: ['spherefacer'],
  title: 'SphereFace Revived (SphereFace-R)',
  paper: { authors: 'Liu et al.', year: 2022, equation: '11 and 13' },
  formula: 'v1: target s·cos(min(m·θ_y, π)), others s·cosθ_j; v2: target s·cosθ_y, others s·cos(θ_j/m)',
  options: [
    {
      name: 'version',
      kind: 'choice',
      default: 'v1',
      choices: ['v1', 'v2'],
      published: 'v1',
      doc: 'v1 multiplies the own angle by m, v2 divides all others by it',
    },
    {
      name: 'margin',
      kind: 'number',
      default: 1.5,
      domain: { min: 1, max: 4 },
      under: { option: 'version', is: 'v2', default: 1.4 },
      published: 1.5,
      doc: 'm, a factor of angles',
    },
    {
      name: 'norm',
      kind: 'choice',
      default: 'hard',
      choices: ['hard', 'soft', 'none'],
      published: 'hard',
      doc: 'features brought to length s (hard), pulled to it (soft) or left as long as they are (none)',
    },
    fromZero('pull', usualPull, { doc: 't, how hard soft pulls: t·|‖x‖ − s| is added' }),
    fromZero('weight', 0, {
      published: 50,
      doc: 'multiplies the cross-entropy, which is divided by the scale; 0 leaves it as it is (not with norm none)',
    }),
    scale(30, 30),
    formOption,
    subCentresOption(1),
  ],
  make: (values, s) => {
    const { similarity, prototypesPerClass } = similarityOf(values)
    const weight = values.weight as number
    if (weight > 0 && values.norm === 'none')
      throw new UsageError(`sphereface-r: weight needs norm hard or soft, got norm none and weight ${weight}`)
    if (values.pull !== usualPull && values.norm !== 'soft')
      throw new UsageError(
        `sphereface-r: pull needs norm soft, got norm ${values.norm} and pull ${values.pull}`,
      )
    const options = {
      version: values.version as SphereFaceRVersion,
      m: values.margin as number,
      s: s!,
      norm: values.norm as FeatureNorm,
      t: values.pull as number,
      weight: weight > 0 ? weight : null,
      form: values.form as MarginForm,
      similarity,
    }
    return {
      // A weight stands before the cross-entropy, which a chunk of classes does not know.
      perLogit: weight === 0,
      loss: (x, W, labels) => sphereFaceR(x, W, labels, options),
      prototypesPerClass,
    }
  },
})
