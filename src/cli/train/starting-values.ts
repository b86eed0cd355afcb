import { readFile } from 'node:fs/promises'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import { elementCount } from '../../graph/index.ts'
import { decodeModel } from '../../onnx/index.ts'
import { readCheckpoint, type Step, wholeTensors } from '../../train/index.ts'

/** The weights that a run starts from: a checkpoint's parameters, or what a model file holds, by name. @throws DataError */
export async function startingValues(path: string): Promise<Map<string, Float32Array>> {
  if (!path.toLowerCase().endsWith('.onnx')) {
    const values = new Map<string, Float32Array>()
    for await (const [name, data] of wholeTensors(await readCheckpoint(path)))
      if (!name.includes('#')) values.set(name, data)
    return values
  }
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new DataError(`${path}: model cannot be read, ${fileProblem(error)}`)
  })
  let initializer: ReturnType<typeof decodeModel>['graph']['initializer']
  try {
    initializer = decodeModel(bytes).graph.initializer
  } catch {
    throw new DataError(`${path}: not an ONNX model (it begins with ${JSON.stringify(opening(bytes))})`)
  }
  return new Map(
    initializer
      .filter(({ dataType, rawData }) => dataType === 1 && rawData.length % 4 === 0)
      .map(({ name, rawData }) => [name, new Float32Array(rawData.slice().buffer)]),
  )
}

const opening = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 16)).toString('latin1')

/** How many numbers of each name there are to start from; the numbers themselves are not kept. @throws DataError */
export const startingSizes = async (path: string): Promise<Map<string, number>> =>
  new Map([...(await startingValues(path))].map(([name, { length }]) => [name, length]))

/**
 * Checks that starting values hold every weight of the network; prototypes may be missing, as they are in a model file.
 * @throws UsageError naming the first weight that is missing or of another size
 */
export function checkStartingSizes(
  sizes: ReadonlyMap<string, number>,
  step: Step,
  { path }: { readonly path: string },
): void {
  for (const { name, shape } of step.parameters) {
    const given = sizes.get(name)
    const isHead = name.startsWith('head.')
    if (given === elementCount(shape) || (isHead && given === undefined)) continue
    const hint = isHead
      ? ' (the model.onnx of that run holds no prototypes)'
      : step.kept.length > 0 && given === undefined && path.toLowerCase().endsWith('.onnx')
        ? ' (a model file has its batch normalisation folded in; checkpoint.bin has all)'
        : ''
    throw new UsageError(
      `--from: ${path} does not fit${hint}, ${name} [${shape}] needs ${elementCount(shape)} numbers, got ${given ?? 'none'}`,
    )
  }
}
