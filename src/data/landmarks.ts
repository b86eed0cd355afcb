import { DataError } from '../errors.ts'
import { parseCsv } from './csv.ts'
import { readText } from './read-text.ts'

/** The columns of `landmarks.csv`: the image, then x and y of five points as seen in the picture, in pixels. */
export const LANDMARK_COLUMNS: readonly string[] = [
  'image',
  ...['left_eye', 'right_eye', 'nose', 'left_mouth', 'right_mouth'].flatMap((point) => [
    `${point}_x`,
    `${point}_y`,
  ]),
]

/** One row: the five points of one image. */
export interface LandmarkRow {
  /** The image as the file names it. */
  readonly image: string
  /** [5, 2]: x, y in pixels. */
  readonly points: Float64Array
  readonly line: number
}

/** A landmarks file. */
export interface Landmarks {
  readonly file: string
  readonly rows: readonly LandmarkRow[]
}

/**
 * Reads five points an image from a CSV file with a header. The columns of `LANDMARK_COLUMNS` may stand in any order and
 * others beside them are ignored; a field in double quotes may hold a comma.
 * @throws DataError `file:line: …` for a header without one of the columns, a row with too few or too many fields, and
 * a coordinate that is missing, no number, NaN or infinite.
 */
export async function readLandmarks(file: string): Promise<Landmarks> {
  return parseLandmarks(await readText(file), file)
}

/** The same from a text; `file` is what errors call it. */
export function parseLandmarks(text: string, file = 'landmarks.csv'): Landmarks {
  const [header, ...records] = parseCsv(text, file)
  if (!header) throw new DataError(`${file}: expected a header and rows, got an empty file`)
  const names = header.fields.map((field) => field.trim())
  const columns = LANDMARK_COLUMNS.map((name) => {
    const column = names.indexOf(name)
    if (column < 0) {
      throw new DataError(`${file}:${header.line}: expected a header with ${name}, got ${names.join(',')}`)
    }
    return column
  })
  const rows = records.map(({ line, fields }): LandmarkRow => {
    const at = `${file}:${line}`
    if (fields.length !== names.length) {
      throw new DataError(`${at}: expected ${names.length} fields, got ${fields.length}`)
    }
    const image = fields[columns[0]!]!.trim()
    if (image === '') throw new DataError(`${at}: expected the name of an image, got none`)
    const points = Float64Array.from(columns.slice(1), (column) =>
      coordinate(fields[column]!, names[column]!, at),
    )
    return { image, points, line }
  })
  return { file, rows }
}

function coordinate(field: string, name: string, at: string): number {
  const text = field.trim()
  if (text === '') throw new DataError(`${at}: ${name} is missing`)
  // Number() would also take "0x10" and "Infinity".
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw new DataError(`${at}: ${name} is not a finite number, got "${text}"`)
  return value
}
