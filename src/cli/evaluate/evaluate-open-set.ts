import { createHash } from 'node:crypto'
import type { Command } from 'commander'
import { listFolder } from '../../data/index.ts'
import { readText } from '../../data/read-text.ts'
import { DataError, StoppedError, UsageError } from '../../errors.ts'
import { type OpenSetResult, type OpenSetSearches, openSet } from '../../evaluate/index.ts'
import { namesFile } from '../embed/embed-folder.ts'
import { interruption } from '../interruption.ts'
import { progress } from '../progress.ts'
import {
  addFeatureOptions,
  type EvaluationItem,
  type FeatureFlags,
  itemFeatures,
} from './evaluation-features.ts'
import { addOutputOptions, listFacts, missingFacts, writeEvaluation } from './evaluation-output.ts'
import { openSetCurves, openSetFacts, openSetTable } from './open-set-report.ts'
import { whole } from './verification-facts.ts'

interface Flags extends FeatureFlags {
  readonly galleryImages: number
  readonly strangers: number
  readonly splits: number
  readonly seed: number
  readonly out?: string
  readonly json?: boolean
}

/** Adds `steradian evaluate open-set`. */
export function registerEvaluateOpenSet(evaluate: Command): void {
  const command = evaluate
    .command('open-set')
    .description('identification on any folder of people: some are enrolled, the others are strangers')
    .option(
      '--gallery-images <n>',
      'images of an enrolled person in the template, at most; the others search',
      whole('gallery-images', 1, 1_000_000),
      1,
    )
    .option('--strangers <share>', 'share of the people who are not enrolled', share('strangers'), 0.5)
    .option('--splits <n>', 'seeded splits of the people', whole('splits', 1, 10_000), 10)
    .option('--seed <n>', 'names the splits', whole('seed', 0, 2 ** 32 - 1), 0)
  addOutputOptions(addFeatureOptions(command, { images: 'folder of people, <person>/<image>' })).action(
    evaluateOpenSet,
  )
}

function share(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!(/^[\d.]+$/.test(text) && value > 0 && value < 1))
      throw new UsageError(`--${name}: expected a share between 0 and 1, got ${text}`)
    return value
  }
}

async function evaluateOpenSet(flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { items, people, names, where, list } = await listPeople(flags, say)
  if (names.length < 4) throw new DataError(`${where}: expected 4 people or more, got ${names.length}`)
  const { fused, missing, missingItems, source } = await itemFeatures(flags, items, { say })
  const found = await allSplits(flags, { fused, people, missing, where, say })
  const results = found.map(({ result }) => result)
  const plan = { ...flags, name: where, people: names.length, images: items.length }
  await writeEvaluation(flags, {
    protocol: 'open-set',
    facts: { list, ...source, ...openSetFacts(results, plan), ...missingFacts(missingItems) },
    table: openSetTable(results, plan),
    curves: openSetCurves(
      found.map(({ searches }) => searches),
      results,
    ),
  })
}

/** Judges every split. @throws DataError naming the list; StoppedError at Ctrl-C */
async function allSplits(
  { galleryImages, strangers, splits, seed, features, cache }: Flags,
  {
    fused,
    people,
    missing,
    where,
    say,
  }: Pick<Awaited<ReturnType<typeof itemFeatures>>, 'fused' | 'missing'> &
    Pick<People, 'people' | 'where'> & { readonly say: (line: string) => void },
): Promise<{ readonly result: OpenSetResult; readonly searches: OpenSetSearches }[]> {
  const kept = features === undefined && cache !== false ? '; embeddings are kept' : ''
  const stopping = interruption(() => say('\nstopping (again to leave at once)'))
  const shown = progress({ total: splits * people.length, label: 'searching', unit: 'images' })
  try {
    const found = []
    for (let index = 0; index < splits; index++) {
      const onProgress = async (done: number, total: number) => {
        shown.update(Math.floor((index + done / total) * people.length))
        // A turn of the event loop, in which Ctrl-C is heard.
        await new Promise((resolve) => setImmediate(resolve))
        if (stopping.signal.aborted)
          throw new StoppedError(`open-set: stopped in split ${index + 1} of ${splits}${kept}`)
      }
      const options = { galleryImages, strangers, seed, missing, onProgress }
      found.push(await openSet(fused, people, index, options))
    }
    return found
  } catch (error) {
    if (error instanceof DataError)
      throw new DataError(`${where}: ${error.message.replace(/^openSet: /, '')}`)
    throw error
  } finally {
    shown.finish()
    stopping.stop()
  }
}

/** The images of people, sorted by person, then by name. */
interface People {
  readonly items: readonly EvaluationItem[]
  /** The number of each image's person, [N]. */
  readonly people: Int32Array
  /** The names of people, in the order of their numbers. */
  readonly names: readonly string[]
  /** The folder or the list of names, as the user gave it. */
  readonly where: string
  /** For the JSON: the list and its hash. */
  readonly list: { readonly file?: string; readonly folder?: string; readonly sha256: string }
}

/** Lists the people of the folder, or of the names beside a file of features: what stands before the last slash. */
async function listPeople(
  { images, features, names: namesFlag }: FeatureFlags,
  say: (line: string) => void,
): Promise<People> {
  if (features !== undefined) {
    const where = namesFlag ?? namesFile(features)
    const listed = parsePeople(await readText(where), where)
    return { ...numbered(listed), where, list: await listFacts(where) }
  }
  if (images === undefined) throw new UsageError('--images: expected the folder of people, got none')
  const { images: listed, stray } = await listFolder(images)
  if (stray.length > 0)
    say(`${images}: ${stray.length} entries are no person's picture, the first: ${stray[0]}`)
  const sha256 = createHash('sha256')
    .update(listed.map(({ name }) => `${name}\n`).join(''))
    .digest('hex')
  return { ...numbered(listed), where: images, list: { folder: images, sha256 } }
}

/** The person and the name on each line of a list of names. @throws DataError `where:line: …` */
export function parsePeople(text: string, where: string): { name: string; person: string }[] {
  const lines = text.split(/\r\n|\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines.map((name, i) => {
    const slash = name.lastIndexOf('/')
    if (slash <= 0 || slash === name.length - 1)
      throw new DataError(
        `${where}:${i + 1}: expected <person>/<image>, got ${JSON.stringify(name.slice(0, 80))}`,
      )
    return { name, person: name.slice(0, slash) }
  })
}

/** Sorted, so that a folder and a list of the same images give the same splits. */
function numbered(
  listed: readonly { readonly name: string; readonly person: string; readonly path?: string }[],
): Pick<People, 'items' | 'people' | 'names'> {
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  const sorted = listed.toSorted((a, b) => byText(a.person, b.person) || byText(a.name, b.name))
  const names = [...new Set(sorted.map(({ person }) => person))]
  const numberOf = new Map(names.map((name, i) => [name, i]))
  return {
    items: sorted.map(({ name, path }) => ({ name, ...(path !== undefined && { path }) })),
    people: Int32Array.from(sorted, ({ person }) => numberOf.get(person)!),
    names,
  }
}
