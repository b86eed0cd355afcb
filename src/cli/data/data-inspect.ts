import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { type Dataset, pictureContents, readDataset, sharedNames } from '../../data/index.ts'
import { readText, textLines } from '../../data/read-text.ts'
import type { OpenModel } from '../../embed/index.ts'
import { DataError, shown, UsageError } from '../../errors.ts'
import { addModelOptions, type ModelFlags, modelFacts, openGivenModel } from '../embed/model-options.ts'
import { checkNewFile } from '../files/new-file.ts'
import { liesIn } from '../files/staged-folder.ts'
import { writeWhole } from '../files/write-file.ts'
import { interruption } from '../interruption.ts'
import { progress } from '../progress.ts'
import { version } from '../version.ts'
import { type AlikePeople, alikePeople, embedDataset, farImages } from './data-embedding.ts'
import { excludeList } from './data-exclude-list.ts'
import { dataFacts, type Inspection } from './data-findings.ts'
import { dataTable } from './data-inspect-table.ts'
import { addDataOptions, type DataFlags, givenDataset } from './data-source.ts'

interface Flags extends DataFlags, Omit<ModelFlags, 'model'> {
  readonly model?: string
  readonly test: readonly string[]
  readonly testLandmarks?: string
  readonly far?: number
  readonly same?: number
  readonly out?: string
  readonly json?: boolean
}

/** Adds `steradian data inspect`. */
export function registerDataInspect(data: Command): void {
  const command = data
    .command('inspect')
    .description('say what a data set holds and what had better not be learnt from; changes nothing in it')
    .argument('[folder]', "folder of people, <person>/<image>, or of InsightFace's train.rec")
  addDataOptions(command)
    .option(
      '--test <folder or list>',
      'a test set, folder of people, LFW pairs or names one a line: who is in both? May be given again',
      (path: string, before: readonly string[]) => [...before, path],
      [] as readonly string[],
    )
    .option('--test-landmarks <file>', 'five points of the images of the --test folder, to embed them')
    .option(
      '--far <cosine>',
      "with --model: list images whose cosine with their person's others is less; default, four deviations under the median",
      cosine('far'),
    )
    .option(
      '--same <cosine>',
      'with --model: people of a test folder are in common from this cosine on; default, that of halves of one person, and more than chance gives',
      cosine('same'),
    )
    .option('--out <file>', 'a new file for the list of what was found, which `train --exclude` takes')
    .option('--json', 'print one JSON object')
  addModelOptions(command, { optional: true }).action(inspectCommand)
}

function cosine(name: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!(value >= -1 && value <= 1))
      throw new UsageError(`--${name}: expected a cosine from -1 to 1, got ${text}`)
    return value
  }
}

async function inspectCommand(folder: string | undefined, flags: Flags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  if (flags.model === undefined)
    for (const [name, value] of Object.entries({ far: flags.far, same: flags.same }))
      if (value !== undefined) throw new UsageError(`--${name}: needs --model, got ${value}`)
  if (flags.out !== undefined) {
    if (folder !== undefined && (await liesIn(flags.out, folder)))
      throw new UsageError(`--out: expected a file outside ${folder}, which stays as it is, got ${flags.out}`)
    await checkNewFile(flags.out)
  }
  const tests = await Promise.all(flags.test.map((path) => readTest(path, flags)))
  const dataset = await givenDataset(folder, flags)
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  let model: OpenModel | undefined
  try {
    // Before the pictures are read, which may take minutes.
    if (flags.model !== undefined) model = await openGivenModel({ ...flags, model: flags.model }, say)
    const shown = progress({ total: dataset.samples.length, label: 'looking through', unit: 'images' })
    const contents = await pictureContents(dataset, {
      signal,
      onProgress: (done) => shown.update(done),
    }).finally(() => shown.finish())
    const embedded = model && (await withModel(model, dataset, { flags, tests, signal, say }))
    const facts: Inspection = {
      ...dataFacts(dataset, contents),
      sharedNames: Object.fromEntries(
        tests.map(({ path, people }) => [path, sharedNames(dataset.people, people)]),
      ),
      ...(embedded && { embedded: embedded.found }),
    }
    if (flags.out !== undefined) await writeWhole(flags.out, excludeList(facts, { say }))
    const { stray, withoutLandmarks } = dataset.report
    const report = { version, ...facts, stray, withoutLandmarks, ...(embedded && { model: embedded.model }) }
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(report)}\n`
        : `${dataTable(facts, { stray, withoutLandmarks }).join('\n')}\n`,
    )
  } catch (error) {
    if (error !== signal.reason) throw error
    say('stopped: nothing is written')
    process.exitCode = 130
  } finally {
    await model?.close()
    stop()
  }
}

/** A test set: its people's names and, of a folder, its images. */
interface TestSet {
  readonly path: string
  readonly people: readonly string[]
  readonly dataset?: Dataset
}

/** A folder of people, a list of pairs in LFW's form, or names one a line. @throws DataError */
async function readTest(path: string, { testLandmarks }: Flags): Promise<TestSet> {
  if ((await stat(path).catch(() => null))?.isDirectory()) {
    const points = testLandmarks === undefined ? {} : { landmarks: testLandmarks }
    const dataset = await readDataset({ images: path, ...points, minPeople: 1 })
    return { path, people: dataset.people, dataset }
  }
  const text = await readText(path)
  const pairs = peopleOfPairLines(text, path)
  if (pairs) return { path, people: pairs }
  return { path, people: textLines(text).flatMap((line) => (line.text.startsWith('#') ? [] : line.text)) }
}

/** Whom lines of pairs as LFW has them name (`name 1 2`, `name 1 other 2`); undefined where no line is one. @throws DataError */
function peopleOfPairLines(text: string, where: string): string[] | undefined {
  const people = new Set<string>()
  const others: { readonly line: number; readonly text: string }[] = []
  for (const line of textLines(text)) {
    const match = /^(\S.*?)\s+\d+\s+(?:(\S.*?)\s+)?\d+$/.exec(line.text)
    if (match) for (const name of match.slice(1)) name !== undefined && people.add(name)
    // Headers hold numbers alone.
    else if (!/^[\d\s]+$/.test(line.text)) others.push(line)
  }
  if (people.size === 0) return undefined
  const [first] = others
  if (first)
    throw new DataError(
      `${where}:${first.line}: expected a pair as the other lines, got "${shown(first.text)}"`,
    )
  return [...people]
}

/** What a model tells of the images. */
async function withModel(
  model: OpenModel,
  dataset: Dataset,
  {
    flags: { batch, far, same },
    tests,
    signal,
    say,
  }: {
    readonly flags: Flags
    readonly tests: readonly TestSet[]
    readonly signal: AbortSignal
    readonly say: (line: string) => void
  },
): Promise<{ readonly found: NonNullable<Inspection['embedded']>; readonly model: unknown }> {
  if (!dataset.hasLandmarks) say('no landmarks: images are taken as already aligned')
  const here = await embedDataset(model, dataset, { batch, signal, label: 'embedding' })
  const { limit, images } = farImages(here, { far })
  const alike: Record<string, { limit: number; people: readonly AlikePeople[] }> = {}
  for (const { path, dataset: test } of tests) {
    if (test === undefined) continue
    const there = await embedDataset(model, test, { batch, signal, label: 'embedding the test set' })
    alike[path] = await alikePeople(here, there, { same, signal })
  }
  return { found: { farLimit: limit, far: images, alike }, model: modelFacts(model) }
}
