import { createHash } from 'node:crypto'
import { type Dataset, readText, textLines, vectorData } from '../../data/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import type { TrainingData } from '../../train/index.ts'
import { openFeatureFile } from '../embed/feature-file.ts'
import type { Recipe } from './recipe-settings.ts'

/** People and what is known of their vectors, and the batches. */
export interface VectorSet {
  readonly dataset: Pick<Dataset, 'people' | 'samples' | 'hash'>
  readonly data: TrainingData
}

/** Settings that are of pictures alone, with the value that changes nothing. */
const ofPictures = { landmarks: undefined, exclude: undefined, maxImages: undefined, minImages: 1 } as const

/**
 * Checks that a recipe for vectors has what they need and nothing that is of pictures.
 * @throws UsageError naming the setting
 */
export function checkVectors(where: string, recipe: Recipe): void {
  const { vectors, labels, architecture, flip, cache } = recipe
  if (vectors === undefined) {
    if (labels !== undefined) throw new UsageError(`${where}: labels belong to vectors, got ${labels} alone`)
    return
  }
  if (architecture !== 'mlp')
    throw new UsageError(`${where}: vectors need the architecture mlp, got ${architecture}`)
  if (labels === undefined)
    throw new UsageError(`${where}: vectors need labels (a file with the person of each row), got none`)
  if (flip !== 'none') throw new UsageError(`${where}: flip: vectors have no mirror image, got ${flip}`)
  if (cache !== 'none') throw new UsageError(`${where}: cache: vectors need none, got ${cache}`)
  for (const [name, idle] of Object.entries(ofPictures)) {
    const value = recipe[name as keyof typeof ofPictures]
    if (value !== idle) throw new UsageError(`${where}: ${name} is of pictures, got it with vectors`)
  }
}

/**
 * Reads vectors [N, K] (`.npy` or a matrix file) and the person of each row, a line each.
 * @throws DataError naming file and line; for fewer than two people, and numbers that are not finite
 */
export async function readVectorSet(
  recipe: Recipe,
  { path, say }: { readonly path: string; readonly say: (line: string) => void },
): Promise<VectorSet> {
  const list = recipe.labels!
  const lines = textLines(await readText(list))
  const file = await openFeatureFile(path)
  try {
    const { rows, columns } = file
    if (lines.length !== rows)
      throw new DataError(
        `${list}: expected a line for each of the ${rows} rows of ${path}, got ${lines.length}`,
      )
    const people = [...new Set(lines.map(({ text }) => text))].sort()
    if (people.length < 2) throw new DataError(`${list}: expected at least 2 people, got ${people.length}`)
    const numbers = new Map(people.map((person, label) => [person, label]))
    const labels = Int32Array.from(lines, ({ text }) => numbers.get(text)!)
    const { data } = await file.read(Int32Array.from({ length: rows }, (_, row) => row))
    const hash = createHash('sha256')
      .update(await file.sha256())
      .update(JSON.stringify(lines.map(({ text }) => text)))
      .digest('hex')
    say(`${rows} vectors of ${columns} numbers, of ${people.length} people`)
    return {
      dataset: {
        people,
        samples: lines.map(({ line, text }, row) => ({
          path,
          name: `${text}/${line}`,
          label: labels[row]!,
        })),
        hash,
      },
      data: vectorData({ data: Float32Array.from(data), columns, labels }, recipe),
    }
  } finally {
    await file.close()
  }
}
