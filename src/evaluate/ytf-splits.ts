import { DataError, shown } from '../errors.ts'
import { listLines } from './list-lines.ts'
import type { Pairs } from './pairs.ts'

/**
 * Reads `splits.txt` of YouTube Faces (Wolf, Hassner and Maoz 2011): a line is `split, pair, name1/video, name2/video, label`,
 * with label 1 where both videos show one person. Each split is a fold, in the order of their numbers; `images` of the result
 * are the videos, `name/video`. A first line of words is a header; blank lines are passed over. `where` opens the messages.
 * @throws DataError `where:line: …` for a line of another form, or whose label contradicts its names; for a list of fewer than
 * 2 or more than 255 splits
 */
export function parseYtfSplits(text: string, { where = 'splits.txt' } = {}): Pairs {
  const lines = listLines(text, where).map(({ number, text: line }) => ({
    number,
    fields: line.split(',').map((field) => field.trim()),
  }))
  if (lines[0] && /^[a-z]/i.test(lines[0].fields[0]!)) lines.shift()
  if (lines.length === 0) throw new DataError(`${where}: expected pairs of videos, got an empty list`)
  const numberOf = new Map<string, number>()
  const video = (at: string, name: string): number => {
    if (!/^[^/\\]+\/[^/\\]+$/.test(name) || name.split('/').some((part) => part.startsWith('.')))
      throw new DataError(`${at}: expected a video as name/video, got ${shown(name)}`)
    if (!numberOf.has(name)) numberOf.set(name, numberOf.size)
    return numberOf.get(name)!
  }
  const pairs = lines.map(({ number, fields }) => {
    const at = `${where}:${number}`
    if (fields.length !== 5) throw new DataError(`${at}: expected 5 fields, got ${fields.length}`)
    const [split, pair, first, second, label] = fields as [string, string, string, string, string]
    for (const [what, field] of [
      ['split', split],
      ['pair', pair],
    ] as const)
      if (!/^\d{1,9}$/.test(field))
        throw new DataError(`${at}: expected the number of a ${what}, got ${shown(field)}`)
    if (label !== '0' && label !== '1')
      throw new DataError(`${at}: expected label 1 (one person) or 0 (two), got ${shown(label)}`)
    const [left, right] = [video(at, first), video(at, second)]
    if (left === right) throw new DataError(`${at}: expected two videos, got the same twice, ${shown(first)}`)
    const isOne = first.split('/')[0] === second.split('/')[0]
    if (isOne !== (label === '1'))
      throw new DataError(
        `${at}: expected label ${isOne ? 1 : 0} for ${shown(first)} and ${shown(second)}, got ${label}`,
      )
    return { split: Number(split), left, right, same: Number(label) }
  })
  const splits = [...new Set(pairs.map(({ split }) => split))].sort((a, b) => a - b)
  if (splits.length < 2 || splits.length > 255)
    throw new DataError(`${where}: expected 2 to 255 splits, got ${splits.length}`)
  const foldOf = new Map(splits.map((split, fold) => [split, fold]))
  return {
    images: [...numberOf.keys()],
    left: Int32Array.from(pairs, ({ left }) => left),
    right: Int32Array.from(pairs, ({ right }) => right),
    same: Uint8Array.from(pairs, ({ same }) => same),
    foldOf: Uint8Array.from(pairs, ({ split }) => foldOf.get(split)!),
    folds: splits.length,
  }
}
