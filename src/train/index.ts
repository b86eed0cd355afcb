export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
export { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts'
export { type EmbeddingModelOptions, embeddingModel } from './embedding-model.ts'
export { type Backbone, buildStep, type Loss, prototypesName, type Step, type StepOptions } from './step.ts'
export {
  compile,
  type Progress,
  stepCount,
  type Trained,
  type TrainingBatch,
  type TrainingData,
  type TrainOptions,
  train,
} from './train.ts'
