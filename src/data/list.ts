import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { DataError } from '../errors.ts'
import type { ListedImage } from './folder.ts'
import { forEachIndex } from './parallel.ts'
import { readText, textLines } from './read-text.ts'

/**
 * Reads a list file: a line is `path label`, with the path relative to the list's folder (spaces allowed; or absolute)
 * and the label a whole number. Labels count from 0 without a gap, in any order. Blank lines are skipped. The person
 * is the label, in decimal.
 * @throws DataError `file:line: …` for a line without a label, a label that is no whole number or leaves a gap, a path
 * given two labels, or a path at which no file lies.
 */
export async function readList(file: string): Promise<readonly ListedImage[]> {
  const lines = textLines(await readText(file))
  if (lines.length === 0) throw new DataError(`${file}: expected lines of "path label", got an empty list`)
  const folder = dirname(file)
  const firstLine = new Map<number, number>()
  const labelOf = new Map<string, string>()
  const images = lines.map(({ line, text }): ListedImage => {
    const match = /^(.*\S)\s+(\S+)$/.exec(text)
    if (!match) throw new DataError(`${file}:${line}: expected "path label", got "${text}"`)
    const name = match[1]!
    const person = match[2]!
    if (!/^\d{1,9}$/.test(person)) {
      throw new DataError(`${file}:${line}: expected a whole number from 0 as label, got "${person}"`)
    }
    const label = String(Number(person))
    const path = resolve(folder, name)
    const other = labelOf.get(path)
    if (other !== undefined && other !== label) {
      throw new DataError(`${file}:${line}: expected one label for ${name}, got ${other} and ${label}`)
    }
    labelOf.set(path, label)
    if (!firstLine.has(Number(label))) firstLine.set(Number(label), line)
    return { path, name, person: label }
  })
  refuseGap(file, firstLine)
  await refuseMissing(file, lines, images)
  return images
}

function refuseGap(file: string, firstLine: ReadonlyMap<number, number>): void {
  let expected = 0
  for (const label of [...firstLine.keys()].sort((a, b) => a - b)) {
    if (label !== expected) {
      const missing = label - 1 === expected ? `label ${expected}` : `labels ${expected} to ${label - 1}`
      throw new DataError(
        `${file}:${firstLine.get(label)}: expected labels without a gap, got label ${label} but none of ${missing}`,
      )
    }
    expected++
  }
}

async function refuseMissing(
  file: string,
  lines: readonly { line: number }[],
  images: readonly ListedImage[],
): Promise<void> {
  const missing: number[] = []
  await forEachIndex(images.length, 16, async (i) => {
    const found = await stat(images[i]!.path).catch(() => null)
    if (!found?.isFile()) missing.push(i)
  })
  if (missing.length === 0) return
  const first = Math.min(...missing)
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more like it)` : ''
  throw new DataError(`${file}:${lines[first]!.line}: no such file, got ${images[first]!.name}${more}`)
}
