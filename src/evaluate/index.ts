export { agreeingParts, type NamedPart } from './agreeing-parts.ts'
export {
  type Identification,
  identifyAmongDistractors,
  type VerificationAmongDistractors,
  verifyAmongDistractors,
} from './among-distractors.ts'
export { type BootstrapOptions, bootstrapByPerson, type Interval } from './bootstrap.ts'
export { type Cmc, cmc } from './cmc.ts'
export { type Counts, counts, type Scores, type Split, split } from './counts.ts'
export { type Det, det } from './det.ts'
export { contiguousFolds, type KfoldAccuracy, type KfoldOptions, kfoldAccuracy } from './kfold.ts'
export { lfw, type PairFeatures, type Verification, type VerifiedPairs } from './lfw.ts'
export { parseLfwPairs } from './lfw-pairs.ts'
export { type MakePairsOptions, makePairs } from './make-pairs.ts'
export {
  fnirAt,
  fnirAtFpir,
  fpirAt,
  type MatedSearches,
  type OpenSetDet,
  openSetDet,
  thresholdAtFpir,
  tpirAtFpir,
} from './open-set-rates.ts'
export type { Pairs } from './pairs.ts'
export { decodePart, encodePart, type Json, type JsonObject, type Part, type PartArray } from './part-file.ts'
export { auc, eer, type Roc, roc, tarAtFar } from './roc.ts'
export { accuracyAt, bestThreshold, type Variant, variants } from './threshold.ts'
