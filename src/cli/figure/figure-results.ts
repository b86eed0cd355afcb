import { type Command, Option } from 'commander'
import { UsageError } from '../../errors.ts'
import { cmcFigure, decadeBelow, detFigure, rocFigure } from '../../figures/index.ts'
import type { RateScale } from '../../figures/rate-axis.ts'
import type { ReportCurve } from '../../report/index.ts'
import { type ReadEvaluation, readEvaluation } from '../report/read-evaluation.ts'
import { distinctNames } from './distinct-names.ts'
import { csvText, type FigureEntry, figureEntry } from './figure-entry.ts'

type Kind = 'roc' | 'det' | 'cmc'
interface Flags {
  readonly scale?: RateScale
}
type Labels = { readonly x: string; readonly y: string }

/** ROC curves of results. */
export const rocEntry = resultsEntry('roc', {
  shows: 'true accept rate against false accept rate of evaluations',
  axes: { x: 'false accept rate', y: 'true accept rate' },
  draw: (curves, look) =>
    rocFigure(
      curves.map(({ name, x, y }) => ({ name, fpr: x, tpr: y })),
      { leastFar: decadeBelow(curves.map(({ x }) => x)), ...look },
    ),
})

/** DET curves of results. */
export const detEntry = resultsEntry('det', {
  shows: 'detection error tradeoff of evaluations: misses against false matches or identifications',
  axes: { x: 'false match rate', y: 'false non-match rate' },
  addOptions: (command) =>
    command.addOption(
      new Option('--scale <name>', 'how both axes are divided')
        .choices(['normal-deviate', 'log'])
        .default('normal-deviate'),
    ),
  draw: (curves, look, { scale }) => detFigure(curves, { ...(scale && { scale }), ...look }),
})

/** CMC curves of results. */
export const cmcEntry = resultsEntry('cmc', {
  shows: 'share of searches whose mate is found, by rank, of evaluations',
  axes: { x: 'rank', y: 'found' },
  draw: (curves, look) => cmcFigure(curves, look),
})

function resultsEntry(
  kind: Kind,
  {
    shows,
    axes,
    addOptions = (command) => command,
    draw,
  }: {
    readonly shows: string
    readonly axes: Labels
    readonly draw: (
      curves: readonly ReportCurve[],
      look: { readonly title?: string; readonly width?: number; readonly labels: Labels },
      flags: Flags,
    ) => string
    readonly addOptions?: (command: Command) => Command
  },
): FigureEntry {
  return figureEntry<Flags>({
    name: kind,
    shows,
    addOptions: (command) =>
      addOptions(command.argument('<results...>', 'folders that an evaluation wrote with --out')),
    draw: async ({ args, flags, look }) => {
      const names = distinctNames(args)
      const results = (await Promise.all(args.map(readEvaluation))).map((result, i) => ({
        ...result,
        name: names[i]!,
      }))
      const found = results.map((result, i) => curvesOf(kind, result, args[i]!, results.length > 1))
      const curves = found.flat().map(finite)
      const labels = labelsOf(kind, results, axes)
      const title = `${[...new Set(results.map(({ protocol }) => protocol))].join(', ')}: ${kind.toUpperCase()}`
      return {
        svg: draw(
          curves.map(({ curve }) => curve),
          { title, ...look, labels },
          flags,
        ),
        csv: csvText(
          ['curve', ...[labels.x, labels.y].map((label) => label.replaceAll(/[^A-Za-z0-9]+/g, '_'))],
          curves.flatMap(({ curve: { name, x, y } }) => Array.from(x, (value, i) => [name, value, y[i]])),
        ),
        notes: [
          ...results.flatMap(({ name, notices }) => notices.map((notice) => `${name}: ${notice}`)),
          ...curves.flatMap(({ curve, skipped }) =>
            skipped > 0 ? [`${curve.name}: ${skipped} points that are not finite are left out`] : [],
          ),
        ],
      }
    },
  })
}

/** The curves of a result, named by its folder where there are several results. @throws UsageError where it has none */
function curvesOf(
  kind: Kind,
  result: ReadEvaluation,
  folder: string,
  areSeveral: boolean,
): readonly ReportCurve[] {
  const curves = result[kind] ?? []
  if (curves.length === 0) throw new UsageError(`${kind}: expected a result with ${kind}.csv, got ${folder}`)
  if (!areSeveral) return curves
  return curves.map((curve) => ({
    ...curve,
    name: curves.length === 1 ? result.name : `${result.name}: ${curve.name}`,
  }))
}

/** What the axes measure; results that measure different things do not share axes. @throws UsageError */
function labelsOf(kind: Kind, results: readonly ReadEvaluation[], axes: Labels): Labels {
  const labels = results.map(({ detLabels }) => (kind === 'det' && detLabels) || axes)
  const other = labels.findIndex(({ x, y }) => x !== labels[0]!.x || y !== labels[0]!.y)
  if (other > 0)
    throw new UsageError(
      `${kind}: ${results[0]!.name} has ${labels[0]!.y} against ${labels[0]!.x}, ${results[other]!.name} has ${labels[other]!.y} against ${labels[other]!.x}`,
    )
  return labels[0]!
}

function finite({ name, x, y }: ReportCurve): { readonly curve: ReportCurve; readonly skipped: number } {
  const kept = Array.from(x, (_, i) => i).filter((i) => Number.isFinite(x[i]) && Number.isFinite(y[i]))
  return {
    curve: { name, x: Float64Array.from(kept, (i) => x[i]!), y: Float64Array.from(kept, (i) => y[i]!) },
    skipped: x.length - kept.length,
  }
}
