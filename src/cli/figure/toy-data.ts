import { basename } from 'node:path'
import { fileSource, type LabelledPixels, readDataset, syntheticFacesAsync } from '../../data/index.ts'
import { UsageError } from '../../errors.ts'
import { mnistDigits } from './toy-digits.ts'

/** What the small network of the figures learns from. */
export interface ToyData extends LabelledPixels {
  /** What the pictures are of, for a title: `digits`, `synthetic faces` or the folder's name. */
  readonly source: string
  /** What each class is called in a picture: [classes]. */
  readonly classNames: readonly string[]
  /** Whether a mirror image is of the same class. */
  readonly mirror: boolean
}

export interface ToyDataOptions {
  readonly classes?: number
  /** At most so many pictures of a class. */
  readonly perClass?: number
  readonly seed?: number
  /** The points of a folder of faces; without them the pictures are taken as aligned. */
  readonly landmarks?: string | undefined
  readonly signal?: AbortSignal | undefined
}

const faceSize = { height: 56, width: 48 }

/**
 * Pictures of a few classes: `digits`, `faces` (synthetic) or those people of a folder of whom there are most pictures (a tie
 * goes to the name). People of a folder are numbered: their names do not belong in a figure.
 * @throws UsageError where there are fewer classes; DataError for pictures that cannot be read
 */
export async function toyData(
  data: string,
  { classes = 8, perClass = 500, seed = 0, landmarks, signal }: ToyDataOptions = {},
): Promise<ToyData> {
  if (!(Number.isInteger(classes) && classes >= 2))
    throw new UsageError(`--classes: expected a whole number of at least 2, got ${classes}`)
  if (!(Number.isInteger(perClass) && perClass >= 2))
    throw new UsageError(`--per-class: expected a whole number of at least 2, got ${perClass}`)
  if (data === 'digits') {
    const digits = await mnistDigits({ classes, perClass })
    const classNames = Array.from({ length: classes }, (_, digit) => String(digit))
    return { ...digits, source: 'digits', classNames, mirror: false }
  }
  const people = { mirror: true, classNames: Array.from({ length: classes }, (_, i) => String(i + 1)) }
  if (data === 'faces') {
    const drawn = { people: classes, imagesPerPerson: Math.min(perClass, 60), seed }
    const faces = await syntheticFacesAsync({ ...drawn, ...faceSize, ...(signal && { signal }) })
    return { ...faces, ...people, source: 'synthetic faces' }
  }
  return { ...(await folderFaces(data, { classes, perClass, landmarks })), ...people, source: basename(data) }
}

async function folderFaces(
  images: string,
  {
    classes,
    perClass,
    landmarks,
  }: { readonly classes: number; readonly perClass: number; readonly landmarks: string | undefined },
): Promise<LabelledPixels> {
  const { people, samples } = await readDataset({
    images,
    ...(landmarks !== undefined && { landmarks }),
    minImages: 2,
    minPeople: 2,
  })
  if (people.length < classes)
    throw new UsageError(
      `--classes: ${images} has ${people.length} people with two or more pictures, got ${classes}`,
    )
  const of = people.map(() => [] as (typeof samples)[number][])
  for (const sample of samples) of[sample.label]!.push(sample)
  const chosen = of
    .toSorted((a, b) => b.length - a.length)
    .slice(0, classes)
    .flatMap((own, label) => own.slice(0, perClass).map((sample) => ({ ...sample, label })))
  const { height, width } = faceSize
  const source = fileSource({ samples: chosen }, faceSize)
  const size = height * width * 3
  const pixels = new Uint8Array(chosen.length * size)
  for (let i = 0; i < chosen.length; i++) await source.read(i, pixels, i * size)
  return { pixels, labels: source.labels, height, width }
}
