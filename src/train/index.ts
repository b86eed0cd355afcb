export {
  type ByteSource,
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  tensorsOf,
  wholeTensors,
} from './checkpoint.ts'
export { fileSource, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts'
export { compile } from './compile.ts'
export { type EmbeddingModelOptions, embeddingModel } from './embedding-model.ts'
export type { Head, LossPartsOf } from './head/head.ts'
export { type NetworkInput, networkInput } from './network-input.ts'
export type { Place } from './place.ts'
export { preprocess } from './preprocess.ts'
export {
  type Backbone,
  buildStep,
  type Loss,
  type Mode,
  prototypesName,
  type Step,
  type StepOptions,
} from './step.ts'
export { prepare, stepCount, train } from './train.ts'
export type { Progress, Trained, TrainingBatch, TrainingData, TrainOptions } from './train-options.ts'
