import { join, normalize, resolve, sep } from 'node:path'
import { UsageError } from '../../errors.ts'
import { type WorstPair, worstPairsFigure } from '../../figures/worst-pairs-figure.ts'
import { decode, encodePng, resize } from '../../image/index.ts'
import { degreesOfScore } from '../../report/angle-figures.ts'
import { type ReportPair, worstErrors } from '../../report/index.ts'
import { readEvaluation } from '../report/read-evaluation.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { numberOption } from './figure-options.ts'

interface Flags {
  readonly images?: string
  readonly most: number
}

const size = { height: 112, width: 96 }

/** The pairs of a verification that were judged wrongly by most. */
export const worstPairsEntry = figureEntry<Flags>({
  name: 'worst-pairs',
  shows: 'the pairs of a verification that were judged wrongly by most, and the people in most errors',
  addOptions: (command) =>
    command
      .argument('<result>', 'folder that a verification wrote with --out')
      .option('--images <folder>', 'of the images: shows them; whoever gets the file sees these people')
      .option('--most <n>', 'pairs of each kind', numberOption('most', 1, 50, { whole: true }), 8),
  draw: async ({ args, flags, look }) => {
    const folder = args[0]!
    const { protocol, pairs, facts } = await readEvaluation(folder)
    if (!pairs) throw new UsageError(`worst-pairs: expected a verification with pairs.csv, got ${folder}`)
    const { variant } = facts
    // A pair without a score was refused by no threshold.
    const scored = pairs.filter(({ score }) => Number.isFinite(score))
    const found = worstErrors(scored, { variant, most: flags.most })
    // The score of two videos is a mean over many angles.
    const areAngles = protocol !== 'ytf' && Array.isArray(facts.thresholds)
    const read = (value: number): string =>
      areAngles ? `${degreesOfScore(value, variant).toFixed(1)}°` : value.toFixed(3)
    const unscored = pairs.length - scored.length
    const notes = unscored > 0 ? [`${unscored} of ${pairs.length} pairs have no score and are left out`] : []
    const shown = async (own: readonly ReportPair[]): Promise<WorstPair[]> =>
      Promise.all(
        own.map(async ({ left, right, score, threshold }) => ({
          ...{ left, right, score: read(score) },
          threshold: read(variant === 'insightface' ? -threshold : threshold),
          ...(flags.images !== undefined && {
            pictures: [
              await small(flags.images, left, notes),
              await small(flags.images, right, notes),
            ] as const,
          }),
        })),
      )
    const drawn = {
      ...{ accepted: await shown(found.accepted), acceptedCount: found.acceptedCount },
      ...{ refused: await shown(found.refused), refusedCount: found.refusedCount },
      hardest: hardestPeople(scored),
    }
    return {
      svg: worstPairsFigure(drawn, {
        title: `Worst pairs of ${resolve(folder).split(sep).slice(-2).join('/')}`,
        ...look,
      }),
      csv: csvText(
        ['kind', 'left', 'right', 'score', 'threshold'],
        (['accepted', 'refused'] as const).flatMap((kind) =>
          found[kind].map(({ left, right, score, threshold }) => [kind, left, right, score, threshold]),
        ),
      ),
      notes,
    }
  },
})

/** A small picture as a data URI, or undefined with a note where it cannot be read. */
async function small(folder: string, name: string, notes: string[]): Promise<string | undefined> {
  try {
    if (normalize(name).startsWith('..')) throw new UsageError('lies outside the folder')
    const bytes = await encodePng(resize(await decode(join(folder, name)), size), size)
    return `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
  } catch (error) {
    notes.push(`${name}: no picture, ${(error as Error).message}`)
    return undefined
  }
}

/** The five people in most errors, by the folder of their images; people in one error are not told. */
export function hardestPeople(
  pairs: readonly ReportPair[],
): { readonly name: string; readonly errors: number; readonly pairs: number }[] {
  const people = new Map<string, { errors: number; pairs: number }>()
  for (const { left, right, same, accepted } of pairs)
    for (const person of new Set(
      [left, right].map((image) => image.slice(0, Math.max(0, image.lastIndexOf('/')))),
    )) {
      if (person === '') continue
      const tally = people.get(person) ?? { errors: 0, pairs: 0 }
      people.set(person, tally)
      tally.pairs++
      if (same !== accepted) tally.errors++
    }
  return [...people]
    .filter(([, { errors }]) => errors > 1)
    .map(([name, tally]) => ({ name, ...tally }))
    .sort((a, b) => b.errors - a.errors || a.pairs - b.pairs || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
}
