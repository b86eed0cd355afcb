import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseCsv } from '../../data/csv.ts'
import { DataError, fileProblem } from '../../errors.ts'
import type { ReportCurve, ReportEvaluation, ReportPair, ReportScores } from '../../report/index.ts'
import { pairColumns, pairFileName } from '../evaluate/pair-file.ts'

/** A result and the file that it names as its model. */
export interface ReadEvaluation extends ReportEvaluation {
  /** The SHA-256 of the model that it judged; undefined where it judged a file of features. */
  readonly modelHash?: string
}

/**
 * Reads the folder that an evaluation wrote with `--out`: `result.json`, the curves and the judged pairs.
 * @throws DataError naming the file, and the line where it has one
 */
export async function readEvaluation(folder: string): Promise<ReadEvaluation> {
  const where = join(folder, 'result.json')
  if (!existsSync(where) && existsSync(join(folder, 'recipe.json')))
    throw new DataError(
      `${folder}: expected the folder of an evaluation (with result.json), got that of a run: name one within it`,
    )
  const facts = await readResult(where)
  const { protocol, model, incomplete, missing } = facts
  if (typeof protocol !== 'string')
    throw new DataError(`${where}: expected the name of a protocol, got ${JSON.stringify(protocol)}`)
  const det = await readCurves(folder, 'det')
  const roc = await readCurves(folder, 'roc')
  const cmc = await readCurves(folder, 'cmc')
  const scores = await readScores(folder, 'scores')
  const searchScores = await readScores(folder, 'search-scores')
  const pairs = await readPairs(folder)
  const hash =
    typeof model === 'object' && model !== null ? (model as { sha256?: unknown }).sha256 : undefined
  return {
    protocol,
    name: basename(resolve(folder)),
    facts,
    ...(roc && { roc: roc.curves }),
    ...(det && { det: det.curves, detLabels: det.labels }),
    ...(cmc && { cmc: cmc.curves }),
    ...(scores && { scores }),
    ...(searchScores && { searchScores }),
    ...(pairs && { pairs }),
    notices:
      incomplete === true
        ? [
            `incomplete: ${Number(missing).toLocaleString('en')} ${missing === 1 ? 'item is' : 'items are'} missing`,
          ]
        : [],
    ...(typeof hash === 'string' && { modelHash: hash }),
  }
}

async function readResult(where: string): Promise<Record<string, unknown>> {
  const text = await readTextFile(where)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new DataError(`${where}: is no JSON, ${(error as Error).message.replaceAll('\n', ' ')}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DataError(`${where}: expected an object, got ${JSON.stringify(value).slice(0, 40)}`)
  return value as Record<string, unknown>
}

async function readTextFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new DataError(`${path}: cannot be read, ${fileProblem(error)}`)
  })
}

/** The records below the head, after a notice where there is one; undefined where the file is missing. */
async function readRows(
  folder: string,
  name: string,
  fields: number,
): Promise<
  | {
      readonly where: string
      /** What the line before the head says of the numbers, besides that they are incomplete. */
      readonly note: string | undefined
      readonly head: readonly string[]
      readonly rows: ReturnType<typeof parseCsv>
    }
  | undefined
> {
  const where = join(folder, name)
  if (!existsSync(where)) return undefined
  const records = parseCsv(await readTextFile(where), where)
  const hasComment = records[0]?.fields[0]?.startsWith('# ') === true
  const [head, ...rows] = hasComment ? records.slice(1) : records
  const comment = hasComment ? records[0]!.fields.join(',').slice(2) : ''
  const note = comment.split('; ').filter((part) => part !== '' && !part.startsWith('incomplete: '))
  for (const { line, fields: found } of [...(head ? [head] : []), ...rows])
    if (found.length !== fields)
      throw new DataError(`${where}:${line}: expected ${fields} fields, got ${found.length}`)
  return { where, note: note.length > 0 ? note.join('; ') : undefined, head: head?.fields ?? [], rows }
}

/** Curves by name, in the order of the file. */
async function readCurves(
  folder: string,
  kind: 'roc' | 'det' | 'cmc',
): Promise<
  { readonly curves: ReportCurve[]; readonly labels: { readonly x: string; readonly y: string } } | undefined
> {
  const file = await readRows(folder, `${kind}.csv`, 3)
  if (!file) return undefined
  const { where, head, rows } = file
  const points = new Map<string, { x: number[]; y: number[] }>()
  for (const { line, fields } of rows) {
    const [name = '', x = '', y = ''] = fields
    const curve = points.get(name) ?? { x: [], y: [] }
    points.set(name, curve)
    curve.x.push(numberAt(x, where, line))
    curve.y.push(numberAt(y, where, line))
  }
  const label = (column: string | undefined) =>
    (column ?? '').replaceAll('_', ' ').replace('non match', 'non-match')
  return {
    curves: [...points].map(([name, { x, y }]) => ({
      name,
      x: Float64Array.from(x),
      y: Float64Array.from(y),
    })),
    labels: { x: label(head[1]), y: label(head[2]) },
  }
}

async function readScores(folder: string, name: string): Promise<ReportScores | undefined> {
  const file = await readRows(folder, `${name}.csv`, 4)
  const [first] = file?.rows ?? []
  if (!file || !first) return undefined
  const column = (k: number) =>
    Float64Array.from(file.rows, ({ line, fields }) => numberAt(fields[k]!, file.where, line))
  const [from, to] = [column(0), column(1)]
  return {
    ...{ start: from[0]!, width: to[0]! - from[0]!, genuine: column(2), impostor: column(3) },
    ...(file.note !== undefined && { note: file.note }),
  }
}

async function readPairs(folder: string): Promise<ReportPair[] | undefined> {
  const file = await readRows(folder, pairFileName, pairColumns.length)
  return file?.rows.map(({ line, fields }) => {
    const [left = '', right = '', same, , score = '', threshold = '', accepted] = fields
    return {
      left,
      right,
      same: same === '1',
      score: numberAt(score, file.where, line),
      threshold: numberAt(threshold, file.where, line),
      accepted: accepted === '1',
    }
  })
}

function numberAt(text: string, where: string, line: number): number {
  const value = text === 'NaN' ? Number.NaN : Number(text)
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN'))
    throw new DataError(`${where}:${line}: expected a number, got ${JSON.stringify(text.slice(0, 40))}`)
  return value
}
