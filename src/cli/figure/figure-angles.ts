import { UsageError } from '../../errors.ts'
import { type AnglePairs, anglesFigure } from '../../figures/angles-figure.ts'
import { degreesOfCosine } from '../../math/angle.ts'
import { degreesOfScore } from '../../report/angle-figures.ts'
import { type ReadEvaluation, readEvaluation } from '../report/read-evaluation.ts'
import { distinctNames } from './distinct-names.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { addToyOptions, type ToyFlags, trainedToys } from './figure-toy.ts'
import { storyLosses } from './toy-losses.ts'
import { spherePanel } from './toy-panels.ts'

/** Angles of genuine and impostor pairs: of evaluations, or of a toy experiment where none is named. */
export const anglesEntry = figureEntry<ToyFlags>({
  name: 'angles',
  shows:
    'angles of genuine and impostor pairs, of evaluations or, where none is named, of a small network trained now',
  addOptions: (command) =>
    addToyOptions(command.argument('[results...]', 'folders that an evaluation wrote with --out'), {
      losses: storyLosses,
    }),
  draw: async ({ args, flags, look }) => {
    const { runs, title, notes } =
      args.length > 0 ? { ...(await pairsOfResults(args)), title: 'Angles of pairs' } : await toyPairs(flags)
    return { svg: anglesFigure(runs, { title, ...look }), csv: anglesCsv(runs), notes }
  },
})

const anglesCsv = (runs: readonly AnglePairs[]): string =>
  csvText(
    ['run', 'from_degrees', 'to_degrees', 'genuine', 'impostor'],
    runs.flatMap(({ title, edges, genuine, impostor }) =>
      Array.from(genuine, (count, i) => [title, edges[i], edges[i + 1], count, impostor[i]]),
    ),
  )

async function toyPairs(flags: ToyFlags) {
  const { results, source, notes } = await trainedToys(flags)
  const runs = results.map(spherePanel).map(({ title, angles }) => ({
    title,
    edges: Float64Array.from({ length: angles.within.length + 1 }, (_, i) => i * angles.binDegrees),
    genuine: angles.within,
    impostor: angles.between,
    largestGenuine: angles.largestWithin,
    smallestImpostor: angles.smallestBetween,
  }))
  return { runs, title: `Angles within and between classes: ${source}`, notes }
}

async function pairsOfResults(folders: readonly string[]) {
  const names = distinctNames(folders)
  const read = await Promise.all(folders.map((folder, i) => pairsOfResult(folder, names[i]!)))
  const notes = read.flatMap(({ unscored, of }, i) =>
    unscored > 0 ? [`${names[i]}: ${unscored} of ${of} pairs have no score and are left out`] : [],
  )
  return { runs: read.map(({ run }) => run), notes }
}

/** The angles of a result: of its pairs where it names them, else of its histogram of cosines. @throws UsageError, DataError */
async function pairsOfResult(
  folder: string,
  name: string,
): Promise<{ readonly run: AnglePairs; readonly unscored: number; readonly of: number }> {
  const evaluation = await readEvaluation(folder)
  const { protocol, pairs, scores, facts } = evaluation
  const title = `${protocol}: ${name}`
  if (pairs && protocol !== 'ytf') {
    const degrees = pairs.map(({ score }) => degreesOfScore(score, facts.variant))
    const unscored = degrees.filter((angle) => !Number.isFinite(angle)).length
    return { run: { title, ...countedByDegree(degrees, pairs) }, unscored, of: pairs.length }
  }
  if (!scores || !areCosines(scores))
    throw new UsageError(`angles: expected a result with the cosines of pairs, got ${folder}`)
  const edge = (i: number) => degreesOfCosine(scores.start + i * scores.width)
  const bins = scores.genuine.length
  // The greatest cosine is the smallest angle.
  const run = {
    title,
    edges: Float64Array.from({ length: bins + 1 }, (_, i) => edge(bins - i)),
    genuine: Float64Array.from(scores.genuine).reverse(),
    impostor: Float64Array.from(scores.impostor).reverse(),
  }
  return { run, unscored: 0, of: 0 }
}

function countedByDegree(
  degrees: readonly number[],
  pairs: NonNullable<ReadEvaluation['pairs']>,
): Omit<AnglePairs, 'title'> {
  const [genuine, impostor] = [new Float64Array(180), new Float64Array(180)]
  let [largestGenuine, smallestImpostor] = [Number.NaN, Number.NaN]
  degrees.forEach((angle, i) => {
    if (!Number.isFinite(angle)) return
    const { same } = pairs[i]!
    const kind = same ? genuine : impostor
    kind[Math.min(179, Math.floor(angle))]!++
    if (same && !(angle <= largestGenuine)) largestGenuine = angle
    if (!same && !(angle >= smallestImpostor)) smallestImpostor = angle
  })
  const edges = Float64Array.from({ length: 181 }, (_, i) => i)
  return { edges, genuine, impostor, largestGenuine, smallestImpostor }
}

/** Whether all scores that were counted lie within −1 … 1, but for rounding of the borders of bins. */
function areCosines({
  start,
  width,
  genuine,
}: {
  readonly start: number
  readonly width: number
  readonly genuine: ArrayLike<number>
}): boolean {
  return start > -1 - 1.5 * width && start + genuine.length * width < 1 + 1.5 * width
}
