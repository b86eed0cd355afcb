import { readFile, stat } from 'node:fs/promises'
import { DataError, fileProblem } from '../../errors.ts'
import { fileSource, readCheckpoint, wholeTensors } from '../../train/index.ts'
import { type FileTensor, readOnnxWeights, readSafetensors, type WeightFile } from '../../weights/index.ts'

/** A protobuf ends there. */
const onnxLimit = 2 ** 31

/**
 * The weights of a file by its ending: .onnx, .bin (a checkpoint of this package, without its head), or safetensors, of which
 * nothing but the header is read here.
 * @throws DataError
 */
export async function readWeights(path: string): Promise<WeightFile> {
  const problem = (error: unknown): DataError =>
    new DataError(`${path}: weights cannot be read, ${fileProblem(error)}`)
  const { size } = await stat(path).catch((error: unknown) => {
    throw problem(error)
  })
  const ending = path.toLowerCase()
  if (ending.endsWith('.bin')) return checkpointWeights(path)
  if (ending.endsWith('.onnx')) {
    if (size >= onnxLimit)
      throw new DataError(`${path}: an ONNX file ends below ${onnxLimit} bytes, got ${size}`)
    const bytes = await readFile(path).catch((error: unknown) => {
      throw problem(error)
    })
    return readOnnxWeights(bytes, path)
  }
  return readSafetensors(await fileSource(path, 'weights'), path)
}

/** What a checkpoint has of the network: neither head nor velocities. */
async function checkpointWeights(path: string): Promise<WeightFile> {
  const checkpoint = await readCheckpoint(path)
  const values = new Map<string, Float32Array>()
  for await (const [name, data] of wholeTensors(checkpoint))
    if (!name.startsWith('head.') && !name.includes('#')) values.set(name, data)
  const tensors = [...values].map(([name, data]): [string, FileTensor] => [
    name,
    { name, shape: checkpoint.shapes.get(name)!, read: async () => data },
  ])
  return { where: path, tensors: new Map(tensors) }
}
