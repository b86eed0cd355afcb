export {
  countDistractors,
  type DistractorTally,
  finishTally,
  mergeTallies,
  type PartialTally,
  type TallyOptions,
  type TallyPlan,
  tallyPart,
} from './count-distractors.ts'
export { decodeFeature, type FeatureSource, itemCount } from './feature-rows.ts'
export { score } from './score.ts'
