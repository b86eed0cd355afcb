import { readFile } from 'node:fs/promises'
import { DataError } from '../errors.ts'
import { decodeModel } from '../onnx/index.ts'
import { readCheckpoint } from '../train/index.ts'

/** The weights that a run starts from: a checkpoint's parameters, or what a model file holds, by name. @throws DataError */
export async function startingValues(path: string): Promise<Map<string, Float32Array>> {
  if (!path.endsWith('.onnx')) {
    const { tensors } = await readCheckpoint(path)
    return new Map(
      [...tensors].filter(([name]) => !name.includes('#')).map(([name, { data }]) => [name, data]),
    )
  }
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`${path}: model cannot be read, ${error.code}`)
  })
  try {
    const { graph } = decodeModel(bytes)
    return new Map(
      graph.initializer
        .filter(({ dataType, name }) => dataType === 1 && name.includes('.'))
        .map(({ name, rawData }) => [name, new Float32Array(rawData.slice().buffer)]),
    )
  } catch (error) {
    throw new DataError(`${path}: no ONNX model, ${(error as Error).message}`)
  }
}
