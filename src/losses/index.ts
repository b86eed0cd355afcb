export { aSoftmax, type GradientForm, gradientForms } from './a-softmax.ts'
export { adaCos, adaCosScale, median, nextAdaCosScale } from './ada-cos.ts'
export { adaFace, adaFaceKept } from './ada-face.ts'
export { termOptions } from './added-terms.ts'
export { addAngle, angle, sine } from './angle.ts'
export { type AngleGradient, type AngleGradientOptions, angleGradient } from './angle-gradient.ts'
export { type Annealing, annealedLambda, lambdaAt, lSoftmaxAnnealing, sphereFaceAnnealing } from './anneal.ts'
export { arcFace } from './arc-face.ts'
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
export { centerLoss, centerLossKept, movedCentres } from './center.ts'
export { circle, circlePairs } from './circle.ts'
export { type CombinedMargins, combinedMargin, combinedTurn } from './combined-margin.ts'
export { contrastive } from './contrastive.ts'
export { crossEntropy, crossEntropyOf } from './cross-entropy.ts'
export { curricularFace, curricularFaceKept } from './curricular-face.ts'
export { type ElasticVariant, elasticFace } from './elastic-face.ts'
export type { BuiltLoss, LossEntry } from './entry.ts'
export { lSoftmax } from './l-softmax.ts'
export { lmcl, marginRamp } from './lmcl.ts'
export { type LossCurve, type LossCurves, lossCurves } from './loss-curves.ts'
export {
  defaultText,
  domainText,
  type LossOption,
  type NumberDomain,
  type OptionValue,
  resolveOptions,
} from './loss-options.ts'
export { type LossParts, lossParts } from './loss-parts.ts'
export { leastLambdaG, type MagFaceOptions, magFace } from './mag-face.ts'
export { type MarginCurve, marginCurves } from './margin-curves.ts'
export type { MarginForm } from './margin-form.ts'
export { type MarginKind, marginExcess, type Point } from './margin-region.ts'
export { angularMetrics, classCosines, type Metrics, metricsOf, pairCosines, pairMetrics } from './metrics.ts'
export { type EnergyPower, mhe, mheOfBatch } from './mhe.ts'
export { nsl } from './nsl.ts'
export { oneHot } from './one-hot.ts'
export { otherLogit, othersArePlain } from './other-logit.ts'
export { atOwnClass } from './own-class.ts'
export { distances, pairsOf, squaredDistances } from './pairs.ts'
export { psi } from './psi.ts'
export { softmax } from './softmax.ts'
export { softplus } from './softplus.ts'
export { capAngle, capShare } from './sphere-cap.ts'
export {
  type SphereFace2Shape,
  type SphereFace2Variant,
  sphereFace2,
  sphereFace2Bias,
} from './sphere-face-2.ts'
export { type FeatureNorm, type SphereFaceRVersion, sphereFaceR } from './sphere-face-r.ts'
export { type Similarity, subCentres } from './sub-centres.ts'
export {
  defaultMargin,
  type LogitAt,
  type MarginLoss,
  psiAt,
  type TargetLogitOptions,
  targetLogit,
} from './target-logit.ts'
export { type TripletMining, triplet, tripletMinings } from './triplet.ts'
export { uniFace, uniFaceBias } from './uni-face.ts'
export { cosine, norm, unit } from './unit.ts'
