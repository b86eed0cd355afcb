export { aSoftmax, type GradientForm, gradientForms } from './a-softmax.ts'
export { type AngleGradientOptions, angleGradient } from './angle-gradient.ts'
export { type Annealing, annealedLambda, lambdaAt, lSoftmaxAnnealing, sphereFaceAnnealing } from './anneal.ts'
export {
  boundaryAngle,
  type FallingLogit,
  type MarginWidth,
  marginWidth,
  reachOnArc,
  type Sector,
  sectorsOf,
} from './boundary.ts'
export {
  boundWarnings,
  type MarginBound,
  type MarginLimits,
  marginLimits,
  marginUpperBound,
  scaleLowerBound,
} from './bounds.ts'
export { type BoundsQuestion, boundsText } from './bounds-text.ts'
export { losses, lossNamed } from './catalogue.ts'
export { crossEntropy } from './cross-entropy.ts'
export type { BuiltLoss, LossEntry } from './entry.ts'
export { lmcl, marginRamp } from './lmcl.ts'
export {
  domainText,
  type LossOption,
  type NumberDomain,
  type OptionValue,
  resolveOptions,
} from './loss-options.ts'
export { type MarginKind, marginExcess, type Point } from './margin-region.ts'
export { angularMetrics, classCosines, type Metrics, metricsOf, pairCosines, pairMetrics } from './metrics.ts'
export { nsl } from './nsl.ts'
export { oneHot } from './one-hot.ts'
export { psi } from './psi.ts'
export { softmax } from './softmax.ts'
export { capAngle, capShare } from './sphere-cap.ts'
export {
  defaultMargin,
  type MarginLoss,
  psiAt,
  type TargetLogitOptions,
  targetLogit,
} from './target-logit.ts'
export { cosine, norm, unit } from './unit.ts'
