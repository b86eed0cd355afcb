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
export { type FrameMeans, frameMeans } from './frame-means.ts'
export {
  type Accepted,
  accepted,
  addImpostors,
  countedAuc,
  countedEer,
  countedTarAtFar,
  countImpostor,
  type PairCounts,
  pairCounts,
  type TarAtFar,
  tarNearFar,
} from './ijb-counts.ts'
export {
  type GallerySearch,
  type IdentificationRates,
  identificationRates,
  meanRates,
  type SearchGalleryOptions,
  searchGallery,
} from './ijb-identification.ts'
export { type IjbFaces, type IjbImages, readIjbFaces, readIjbImages } from './ijb-images.ts'
export { type JoinedRates, searchJoined } from './ijb-joined.ts'
export type { Bytes } from './ijb-lines.ts'
export { type PairPiece, readIjbPairs } from './ijb-pairs.ts'
export { readIjbSearchList, type SearchList } from './ijb-search-list.ts'
export {
  impostorBins,
  type TemplateVerification,
  type TemplateVerificationOptions,
  verifyTemplates,
} from './ijb-verification.ts'
export { contiguousFolds, type KfoldAccuracy, type KfoldOptions, kfoldAccuracy } from './kfold.ts'
export { lfw, type PairFeatures, type Verification, type VerifiedPairs } from './lfw.ts'
export { parseLfwPairs } from './lfw-pairs.ts'
export { type MakePairsOptions, makePairs } from './make-pairs.ts'
export {
  type MegafaceResult,
  type MegafaceTar,
  type MegafaceVerification,
  megafaceFars,
  megafacePlan,
  megafaceResult,
} from './megaface.ts'
export { type OfficialCmc, type OfficialRoc, officialCmc, officialRoc } from './megaface-curves.ts'
export {
  type MegafaceDistractors,
  type MegafaceProbes,
  parseMegafaceDistractors,
  parseMegafaceProbes,
} from './megaface-list.ts'
export { findNoise, type Noise, parseNoise } from './megaface-noise.ts'
export { type ProbePairs, pairsNeeded, probePairs } from './megaface-pairs.ts'
export {
  type CmcFile,
  formatCmcFile,
  formatMatchesFile,
  type MatchEntry,
  parseCmcFile,
  parseMatchesFile,
  type ResultName,
  resultFileName,
} from './megaface-result-file.ts'
export { type TrainingOverlap, trainingClass, trainingOverlap } from './megaface-training.ts'
export {
  leastFalsePositives,
  type OpenSetOptions,
  type OpenSetResult,
  type OpenSetSearches,
  openSet,
  type ProvedThreshold,
  type SearchCounts,
  searchesNeeded,
} from './open-set.ts'
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
export { type OpenSetSplit, type OpenSetSplitOptions, openSetSplit } from './open-set-split.ts'
export {
  type OpenSetSummary,
  openSetCmcOverSplits,
  openSetDetOverSplits,
  type ProvedSummary,
  type Spread,
  type SpreadCurve,
  summariseOpenSet,
} from './open-set-summary.ts'
export {
  type BySeed,
  compareSettings,
  holm,
  type PairedTest,
  pairedTest,
  type SettingsCompared,
} from './paired-test.ts'
export type { Pairs } from './pairs.ts'
export { parsePairsList, sharedPeople } from './pairs-list.ts'
export { decodePart, encodePart, type Json, type JsonObject, type Part, type PartArray } from './part-file.ts'
export { type PeopleOfPairs, peopleOfPairs } from './people-of-pairs.ts'
export { auc, eer, type Roc, roc, tarAtFar } from './roc.ts'
export {
  type PooledImages,
  type PoolOptions,
  type TemplatePool,
  type Templates,
  templateOrder,
  templatePool,
} from './templates.ts'
export { accuracyAt, bestThreshold, type Variant, variants } from './threshold.ts'
export { type VerificationIntervals, verificationIntervals } from './verification-intervals.ts'
export { type ListsOfPairs, peopleInBothLists, withTraining } from './with-training.ts'
export { sampleFrames, type VideoScore, videoScore, ytf } from './ytf.ts'
export { parseYtfSplits } from './ytf-splits.ts'
