import {
  contentHash,
  type Dataset,
  duplicates,
  type PictureContent,
  type SharedName,
} from '../../data/index.ts'
import { quantile } from '../../math/quantile.ts'
import type { AlikePeople, FarImage } from './data-embedding.ts'

/** An image that had better not be learnt from, and why. */
export interface Finding {
  /** A person, or an image as `person/file`. */
  readonly name: string
  readonly reason: string
}

/** Least, median and most of some numbers. */
export interface Spread {
  readonly least: number
  readonly median: number
  readonly most: number
}

/** What the files of a data set say. */
export interface DataFacts {
  readonly people: number
  readonly images: number
  /** The hash of names, labels and points that a model has in its metadata. */
  readonly hash: string
  /** The hash of names, labels and the pictures' bytes. */
  readonly contentHash: string
  readonly bytes: number
  readonly imagesPerPerson: Spread
  /** How many people have so many images, by classes of that number (`1`, `2`, `3-4`, `5-9`, …). */
  readonly peopleByImages: Readonly<Record<string, number>>
  /** Absent where no picture can be read. */
  readonly height?: Spread
  readonly width?: Spread
  /** How many pictures there are of each size, the ten most frequent. */
  readonly sizes: Readonly<Record<string, number>>
  readonly formats: Readonly<Record<string, number>>
  readonly unusable: readonly Finding[]
  /** Images of equal bytes of one person, a group each; and of several people. */
  readonly duplicates: readonly (readonly string[])[]
  readonly duplicatesAcrossPeople: readonly (readonly string[])[]
  /** People of whom there is one image. */
  readonly single: number
}

/** Everything that was found. */
export interface Inspection extends DataFacts {
  /** People in common with the test sets by name, by test set. */
  readonly sharedNames: Readonly<Record<string, readonly SharedName[]>>
  /** What only a model can tell. */
  readonly embedded?: {
    readonly farLimit: number
    readonly far: readonly FarImage[]
    /** People in common with each test folder by what they look like. */
    readonly alike: Readonly<
      Record<string, { readonly limit: number; readonly people: readonly AlikePeople[] }>
    >
  }
}

/** Sums up what a data set's files hold. */
export function dataFacts(dataset: Dataset, contents: readonly PictureContent[]): DataFacts {
  const { people, samples, hash } = dataset
  const counts = new Array<number>(people.length).fill(0)
  for (const { label } of samples) counts[label]!++
  const groups = duplicates(contents)
  const isAcross = (group: readonly number[]): boolean =>
    group.some((i) => samples[i]!.label !== samples[group[0]!]!.label)
  const names = (group: readonly number[]) => group.map((i) => samples[i]!.name)
  const measured = contents.filter(({ height }) => height !== undefined)
  return {
    people: people.length,
    images: samples.length,
    hash,
    contentHash: contentHash(dataset, contents),
    bytes: contents.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    imagesPerPerson: spread(counts),
    peopleByImages: tally(counts.map(classOf), { byNumber: true }),
    ...(measured.length > 0 && {
      height: spread(measured.map(({ height }) => height!)),
      width: spread(measured.map(({ width }) => width!)),
    }),
    sizes: tally(
      measured.map(({ height, width }) => `${height}x${width}`),
      { most: 10 },
    ),
    formats: tally(contents.flatMap(({ format }) => format ?? [])),
    unusable: contents.flatMap(({ problem }, i) =>
      problem === undefined ? [] : [{ name: samples[i]!.name, reason: problem }],
    ),
    duplicates: groups.filter((group) => !isAcross(group)).map(names),
    duplicatesAcrossPeople: groups.filter(isAcross).map(names),
    single: counts.filter((count) => count === 1).length,
  }
}

function spread(values: readonly number[]): Spread {
  const [least, median, most] = [0, 0.5, 1].map((p) => quantile(values, p)) as [number, number, number]
  return { least, median, most }
}

/** 1, 2, then from 3, 5, 10, 20, 50, … to before the next. */
function classOf(count: number): string {
  if (count <= 2) return String(count)
  let [low, high] = [3, 5]
  for (let unit = 5; count >= high; ) {
    low = high
    high = String(unit).startsWith('2') ? 2.5 * unit : 2 * unit
    unit = high
  }
  return `${low}-${high - 1}`
}

/** How often each occurs: the most frequent first, or in the order of their first numbers. */
function tally(
  values: readonly string[],
  { most = Number.POSITIVE_INFINITY, byNumber = false } = {},
): Record<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const first = (text: string): number => Number.parseInt(text, 10)
  const entries = [...counts].sort(([a, m], [b, n]) =>
    byNumber ? first(a) - first(b) : n - m || (a < b ? -1 : 1),
  )
  return Object.fromEntries(entries.slice(0, most))
}
