import { createHash } from 'node:crypto'
import { DataError, UsageError } from '../errors.ts'
import { capped } from './cap.ts'
import { exclude, readExclude } from './exclude.ts'
import { type ListedImage, listFolder } from './folder.ts'
import { type LandmarkRow, readLandmarks } from './landmarks.ts'
import { readList } from './list.ts'
import { type LandmarkMatch, matchLandmarks } from './match-landmarks.ts'
import { type RecordList, readRecords } from './record-list.ts'

/** One labelled image of a data set. */
export interface Sample {
  readonly path: string
  /** Where in the file the image's record begins; absent where the image is the file. */
  readonly position?: number
  /** `person/file`, the path as the list file gives it, or `label/number` of a record. */
  readonly name: string
  /** Index into `people`. */
  readonly label: number
  /** The five points [5, 2], x and y in pixels; absent when the image is taken as already aligned. */
  readonly points?: Float64Array
}

/** What did not come into a data set, each with names. */
export interface DatasetReport {
  /** Files and folders that are no `<person>/<image>`. */
  readonly stray: readonly string[]
  /** Images that no landmark row names; they are not used. */
  readonly withoutLandmarks: readonly string[]
  /** Landmark rows that name no image, as `line: image`. */
  readonly unmatchedRows: readonly string[]
  /** Landmark rows of which several name one image, or one names several, as `line: image`; they are not used. */
  readonly ambiguousRows: readonly string[]
  /** The images that such rows name; they are not used either. */
  readonly ambiguousImages: readonly string[]
  /** How many images the exclude list took out. */
  readonly excludedImages: number
  /** Lines of the exclude list that name nothing, as `line: text`. */
  readonly unmatchedExcludes: readonly string[]
  /** People with fewer than `minImages` images in the end; their images are not used. */
  readonly droppedPeople: readonly string[]
  /** How many images the dropped people had. */
  readonly droppedImages: number
  /** How many people had more than `maxImages` images, and how many of their images are not used. */
  readonly cappedPeople: number
  readonly cappedImages: number
  /** Where `property` says another number of people than the records have. */
  readonly otherPeople?: { readonly stated: number; readonly found: number }
}

/** People and their images. */
export interface Dataset {
  /** The name of each label, sorted; with a list file, the label as written there. */
  readonly people: readonly string[]
  /** In the order of labels and then names; with a list file, in the order of the list. */
  readonly samples: readonly Sample[]
  /** Whether the samples have points; if not, they are taken as already aligned. */
  readonly hasLandmarks: boolean
  readonly report: DatasetReport
  /** SHA-256, in hex, of names, labels and points in order: wherever the folder lies, the same data set. */
  readonly hash: string
}

/** Where a data set comes from; exactly one of `images`, `list` and `records`. */
export interface DatasetOptions {
  /** A folder of people, `<person>/<image>`. */
  readonly images?: string
  /** A list file, `path label` a line. */
  readonly list?: string
  /** A folder of InsightFace's RecordIO: `train.rec`, `train.idx`, `property`; its images are taken as aligned. */
  readonly records?: string
  /** A landmarks file. Images without a row are then left out. */
  readonly landmarks?: string
  /** A list of people and images to leave out. */
  readonly exclude?: string
  /** People with fewer images are left out, counted after everything else was left out. */
  readonly minImages?: number
  /** Of people with more, so many are kept, chosen by their names; after everything else. */
  readonly maxImages?: number
  /** Fewer people than this are an error. */
  readonly minPeople?: number
}

/**
 * Reads which images there are, of whom, and with which points; no picture is opened. First the exclude list is taken
 * out, then, with landmarks, images without a row, then people with fewer than `minImages` images, then what a person has more
 * than `maxImages`. Labels number the people who are left.
 * @throws DataError for a folder, list, row or line that is not what it should be, and for too few people.
 * @throws UsageError unless exactly one of `images`, `list` and `records` is given, for landmarks with records, and for `maxImages` below `minImages`.
 */
export async function readDataset(options: DatasetOptions): Promise<Dataset> {
  const { images, list, records, minImages = 1, maxImages, minPeople = 2 } = options
  const sources = Object.entries({ images, list, records }).filter(([, source]) => source !== undefined)
  if (sources.length !== 1) {
    const got = sources.map(([name]) => name).join(' and ') || 'none'
    throw new UsageError(`data set: expected one of images, list and records, got ${got}`)
  }
  if (records !== undefined && options.landmarks !== undefined)
    throw new UsageError(
      `data set: records hold aligned images, expected no landmarks, got ${options.landmarks}`,
    )
  if (maxImages !== undefined && !(maxImages >= Math.max(1, minImages)))
    throw new UsageError(`data set: maxImages must be at least minImages (${minImages}), got ${maxImages}`)
  const folder = images === undefined ? undefined : await listFolder(images)
  const recordList = records === undefined ? undefined : await readRecords(records)
  const listed = folder?.images ?? recordList?.images ?? (await readList(list!))
  // Rows are matched before anything is left out, so that the row of an excluded image does not count as unmatched.
  const match =
    options.landmarks === undefined ? undefined : await matchRows(options.landmarks, listed, images)
  const pointed = listed.map((image, i): PointedImage => ({ ...image, row: match?.rows[i] }))
  const excluding = options.exclude === undefined ? [] : await readExclude(options.exclude)
  const remaining = exclude(pointed, excluding)
  const usable = match ? remaining.images.filter(({ row }) => row) : remaining.images

  const counts = new Map<string, number>(folder?.empty.map((person) => [person, 0]))
  for (const { person } of remaining.images) counts.set(person, 0)
  for (const { person } of usable) counts.set(person, counts.get(person)! + 1)
  const names = [...counts.keys()].sort(images === undefined ? byNumber : byCodeUnit)
  const people = names.filter((person) => counts.get(person)! >= Math.max(1, minImages))
  if (people.length < minPeople) {
    const having = match ? 'images with landmarks' : 'images'
    throw new DataError(
      `${images ?? list ?? records}: expected at least ${minPeople} people with ${minImages} or more ${having}, ` +
        `got ${people.length} (of ${names.length} people; ${listed.length} images are listed, ${usable.length} usable)`,
    )
  }
  const labels = new Map(people.map((person, label) => [person, label]))
  const kept = usable.filter(({ person }) => labels.has(person))
  const within = maxImages === undefined ? undefined : capped(kept, maxImages)
  const samples = kept.flatMap(({ path, position, name, person, row }, i): Sample[] => {
    const label = labels.get(person)!
    return within && !within.has(i)
      ? []
      : [
          {
            path,
            ...(position !== undefined && { position }),
            name,
            label,
            ...(row && { points: row.points }),
          },
        ]
  })
  const left = match ? new Set(remaining.images.map(({ path }) => path)) : new Set()
  const namesLeft = (indices: readonly number[] = []) =>
    indices.filter((i) => left.has(listed[i]!.path)).map((i) => listed[i]!.name)
  return {
    people,
    samples,
    hasLandmarks: match !== undefined,
    report: {
      stray: folder?.stray ?? [],
      withoutLandmarks: namesLeft(match?.unmatchedImages),
      ambiguousImages: namesLeft(match?.ambiguousImages),
      unmatchedRows: match?.unmatchedRows.map(({ line, image }) => `${line}: ${image}`) ?? [],
      ambiguousRows: match?.ambiguousRows.map(({ line, image }) => `${line}: ${image}`) ?? [],
      excludedImages: remaining.removed,
      unmatchedExcludes: remaining.unmatched.map(({ line, text }) => `${line}: ${text}`),
      droppedPeople: names.filter((person) => !labels.has(person)),
      droppedImages: usable.length - kept.length,
      cappedPeople:
        maxImages === undefined ? 0 : people.filter((person) => counts.get(person)! > maxImages).length,
      cappedImages: kept.length - samples.length,
      ...otherPeople(recordList),
    },
    hash: datasetHash(people, samples),
  }
}

function otherPeople(list: RecordList | undefined): Pick<DatasetReport, 'otherPeople'> {
  if (list?.people === undefined) return {}
  const found = new Set(list.images.map(({ person }) => person)).size
  return found === list.people ? {} : { otherPeople: { stated: list.people, found } }
}

interface PointedImage extends ListedImage {
  readonly row: LandmarkRow | undefined
}

async function matchRows(
  file: string,
  listed: readonly ListedImage[],
  images: string | undefined,
): Promise<LandmarkMatch> {
  return matchLandmarks(await readLandmarks(file), listed, images === undefined ? {} : { directory: images })
}

function datasetHash(people: readonly string[], samples: readonly Sample[]): string {
  const hash = createHash('sha256')
  for (const { name, label, points } of samples) {
    hash.update(`${JSON.stringify([people[label], name, label, ...(points ?? [])])}\n`)
  }
  return hash.digest('hex')
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byNumber = (a: string, b: string): number => Number(a) - Number(b)
