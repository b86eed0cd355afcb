import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syntheticFacesAsync } from '../../data/index.ts'
import { DataError, fileProblem } from '../../errors.ts'
import { makePairs } from '../../evaluate/index.ts'
import { encodePng } from '../../image/index.ts'
import { writeWhole } from '../files/write-file.ts'
import { progress } from '../progress.ts'
import type { SweepFaces } from './sweep-file.ts'

/**
 * Renders a crowd of synthetic faces into `folder`, `<person>/<image>.png`, unless it is there, and beside it, where
 * `pairsPerFold` is more than 0, `folder.pairs.txt`: ten folds of genuine and impostor pairs that share nobody, as
 * `steradian evaluate pairs` reads them. The same numbers give the same files.
 * @throws DataError, UsageError; the signal's reason when it stops the work, and then the folder is not there
 */
export async function renderCrowd(
  folder: string,
  { people, imagesPerPerson, pairsPerFold, seed, firstPerson, height, width }: SweepFaces,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const names = Array.from(
    { length: people * imagesPerPerson },
    (_, i) =>
      `${numbered('p', firstPerson + Math.floor(i / imagesPerPerson))}/${numbered('i', i % imagesPerPerson)}.png`,
  )
  const list = `${folder}.pairs.txt`
  if (pairsPerFold > 0 && !existsSync(list)) {
    const labels = Int32Array.from(names, (_, i) => Math.floor(i / imagesPerPerson))
    const { left, right, same, foldOf } = makePairs(labels, { folds: 10, pairsPerFold, seed, images: names })
    const lines = Array.from(left, (a, p) => `${names[a]} ${names[right[p]!]} ${same[p]} ${foldOf[p]! + 1}\n`)
    await mkdir(dirname(folder), { recursive: true })
    await writeWhole(list, lines.join(''))
  }
  if (existsSync(folder)) return
  const faces = { people, imagesPerPerson, seed, firstPerson, height, width }
  const shown = progress({ total: names.length, label: 'rendering faces', unit: 'images' })
  // Filled under another name: a folder of this name is whole.
  const unfinished = `${folder}.unfinished`
  try {
    await rm(unfinished, { recursive: true, force: true })
    const { pixels } = await syntheticFacesAsync({
      ...faces,
      signal,
      onProgress: (done) => shown.update(done),
    })
    for (const [i, name] of names.entries()) {
      signal.throwIfAborted()
      const picture = pixels.subarray(i * height * width * 3, (i + 1) * height * width * 3)
      await mkdir(dirname(join(unfinished, name)), { recursive: true })
      await writeFile(join(unfinished, name), await encodePng(picture, { height, width }))
    }
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (error === signal.reason) throw error
    throw new DataError(`${folder}: faces cannot be written, ${fileProblem(error)}`)
  } finally {
    shown.finish()
  }
}

const numbered = (letter: string, number: number): string => `${letter}${String(number).padStart(4, '0')}`
