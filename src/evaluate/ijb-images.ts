import { DataError, shown } from '../errors.ts'
import { type Bytes, linesOf, wholeId } from './ijb-lines.ts'

/** The images of IJB-B or IJB-C, in the order of `face_tid_mid.txt`. */
export interface IjbImages {
  /** File names below the folder of images, [N]. */
  readonly names: readonly string[]
  /** The row of the template that an image belongs to, int32 [N]. */
  readonly templateOf: Int32Array
  /** The medium (a photograph or a video) that an image comes from, [N]. */
  readonly mediaOf: Float64Array
  /** The number of the template of each row, rising, [T]. */
  readonly templateIds: Float64Array
  /** The row of each template by its number. */
  readonly rowOf: ReadonlyMap<number, number>
}

/**
 * Reads `face_tid_mid.txt`: a line an image, `name template media` with blanks between. Blank lines are skipped.
 * @throws DataError `where:line: …` for a line of another form; `where: …` without images
 */
export async function readIjbImages(chunks: Bytes, { where = 'face_tid_mid.txt' } = {}): Promise<IjbImages> {
  const names: string[] = []
  const templates: number[] = []
  const media: number[] = []
  for await (const { first, lines } of linesOf(chunks, { where })) {
    for (const [i, line] of lines.entries()) {
      const text = line.trim()
      if (text === '') continue
      const at = `${where}:${first + i}`
      const fields = text.split(/[ \t]+/)
      if (fields.length !== 3)
        throw new DataError(`${at}: expected an image, a template and a medium, got ${shown(text)}`)
      names.push(fields[0]!)
      templates.push(wholeId(fields[1]!, 'template', at))
      media.push(wholeId(fields[2]!, 'medium', at))
    }
  }
  if (names.length === 0) throw new DataError(`${where}: expected a line an image, got none`)
  const templateIds = Float64Array.from(new Set(templates)).sort()
  const rowOf = new Map(Array.from(templateIds, (id, row) => [id, row]))
  return {
    names,
    templateOf: Int32Array.from(templates, (id) => rowOf.get(id)!),
    mediaOf: Float64Array.from(media),
    templateIds,
    rowOf,
  }
}

/** Five points and a detector's score for each image. */
export interface IjbFaces {
  /** x, y in pixels of left eye, right eye, nose, left and right corner of the mouth, as seen in the picture: [N, 10]. */
  readonly points: Float64Array
  /** How sure the detector was, [N]. */
  readonly scores: Float64Array
}

/**
 * Reads `name_5pts_score.txt`: a line an image, its name, ten coordinates and the detector's score with blanks between. Its
 * lines are those of `face_tid_mid.txt` one by one, whose `names` are given.
 * @throws DataError `where:line: …` for a line of another form or another image; `where: …` for too few lines
 */
export async function readIjbFaces(
  chunks: Bytes,
  names: readonly string[],
  { where = 'name_5pts_score.txt' } = {},
): Promise<IjbFaces> {
  const points = new Float64Array(names.length * 10)
  const scores = new Float64Array(names.length)
  let count = 0
  for await (const { first, lines } of linesOf(chunks, { where })) {
    for (const [i, line] of lines.entries()) {
      const text = line.trim()
      if (text === '') continue
      const at = `${where}:${first + i}`
      const fields = text.split(/[ \t]+/)
      if (fields.length !== 12)
        throw new DataError(`${at}: expected a name, ten coordinates and a score, got ${shown(text)}`)
      if (count === names.length)
        throw new DataError(`${at}: expected ${count} images as in the list of templates, got more`)
      if (fields[0] !== names[count])
        throw new DataError(
          `${at}: expected image ${shown(names[count]!)} as in the list of templates, got ${shown(fields[0]!)}`,
        )
      for (let k = 0; k < 10; k++) points[count * 10 + k] = decimal(fields[k + 1]!, 'a coordinate', at)
      scores[count++] = decimal(fields[11]!, 'a score', at)
    }
  }
  if (count < names.length)
    throw new DataError(`${where}: expected ${names.length} images as in the list of templates, got ${count}`)
  return { points, scores }
}

function decimal(text: string, what: string, at: string): number {
  // Number() would also take "0x10" and "".
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw new DataError(`${at}: expected ${what}, got ${shown(text)}`)
  return value
}
