export { describeModel, type ModelDescription } from './describe-model.ts'
export {
  type EmbeddedBatch,
  type EmbeddedImages,
  type EmbedOptions,
  embedBatches,
  embedImages,
  type FailedImage,
  type ImagesToEmbed,
} from './embed-images.ts'
export { type Embedder, type Embeddings, embedder } from './embedder.ts'
export { type Flip, fuse, partConcat } from './fuse.ts'
export type { GivenDescription } from './given-description.ts'
export {
  decodeNpy,
  decodeNpyHeader,
  encodeNpy,
  NPY_HEADER_BYTES,
  type NpyArray,
  type NpyHeader,
  npyHeader,
} from './npy.ts'
export { type OnnxFile, readOnnxFile } from './onnx-file.ts'
export { type OpenModel, type OpenModelOptions, openModel } from './open-model.ts'
export { openVectorModel, type VectorModel } from './vector-model.ts'
