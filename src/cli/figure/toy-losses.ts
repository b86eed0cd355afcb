import { UsageError } from '../../errors.ts'
import { type BuiltLoss, type LossEntry, lossNamed } from '../../losses/index.ts'

/** A loss of the toy experiment. */
export interface ToyLoss {
  /** As it is asked for: `lmcl:0.2`. */
  readonly key: string
  /** As a picture names it: `LMCL, m = 0.2`. */
  readonly title: string
  readonly margin?: number
  /** Whether the features have the length s, so that their own plays no part. */
  readonly isNormalised: boolean
  readonly built: BuiltLoss
}

/** The losses of the story, in its order. */
export const storyLosses: readonly string[] = [
  ...['softmax', 'nsl', 'a-softmax:1', 'a-softmax:2', 'a-softmax:3', 'a-softmax:4'],
  ...['lmcl:0', 'lmcl:0.1', 'lmcl:0.2', 'lmcl:0.35'],
]

const shortTitles: Readonly<Record<string, string>> = {
  softmax: 'Softmax',
  nsl: 'NSL',
  'a-softmax': 'A-Softmax',
  lmcl: 'LMCL',
}

/** Whether features are brought to length s where nobody says otherwise. */
const isUsuallyNormalised = ({ options }: LossEntry): boolean => {
  const named = (name: string) => options.find((option) => option.name === name)
  return (named('normaliseFeatures')?.default ?? named('scale') !== undefined) === true
}

/**
 * A loss by name and margin, `NAME` or `NAME:MARGIN`, and after another colon `unit` or `free` for features that are
 * normalised or not where the loss has it otherwise, with settings for a short run on few classes: s 16, and for A-Softmax
 * the annealing of L-Softmax on MNIST, fitted to the run, which ends with no λ left and so with the whole margin.
 * @throws UsageError for an unknown loss, a margin that it does not have, or one without prototypes
 */
export function toyLoss(key: string): ToyLoss {
  const [, name = '', margin, features] = /^([^:]+)(?::([\d.]+))?(?::(unit|free))?$/.exec(key.trim()) ?? []
  if (name === '') throw new UsageError(`--loss: expected NAME, NAME:MARGIN or NAME:MARGIN:unit, got ${key}`)
  const entry = lossNamed(name)
  if (entry.build().usesPrototypes === false)
    throw new UsageError(`--loss: the picture shows prototypes, expected a loss that has some, got ${key}`)
  const own: Record<string, unknown> = {}
  if (margin !== undefined) own.margin = margin
  const isNormalised = features === undefined ? isUsuallyNormalised(entry) : features === 'unit'
  if (features !== undefined) own.normaliseFeatures = isNormalised
  if (isNormalised) own.scale = 16
  if (entry.name === 'a-softmax')
    Object.assign(own, {
      lambdaBase: 1000,
      lambdaGamma: 2.5e-5,
      lambdaPower: 35,
      lambdaMin: 0,
      lambdaRun: 12000,
    })
  const built = entry.build(own)
  const used = built.describe.margin
  const length = features === undefined ? '' : features === 'unit' ? ', ‖x‖ = s' : ', ‖x‖ free'
  return {
    key: used === undefined ? entry.name : `${entry.name}:${used}`,
    title: `${shortTitles[entry.name] ?? entry.name}${used === undefined ? '' : `, m = ${used}`}${length}`,
    ...(used !== undefined && { margin: Number(used) }),
    isNormalised,
    built,
  }
}
