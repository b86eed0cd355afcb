import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import { type MatchEntry, parseMatchesFile } from '../../evaluate/index.ts'
import { megafaceFigure } from '../../figures/megaface-figure.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { numberOption } from './figure-options.ts'

interface Flags {
  readonly probe?: number
  readonly mate?: number
  readonly distractors?: number
}

const whole = (name: string, least: number) =>
  numberOption(name, least, Number.MAX_SAFE_INTEGER, { whole: true })

/** One search of a MegaFace run: probe, mate, distractors, ranked list. */
export const megafaceEntry = figureEntry<Flags>({
  name: 'megaface',
  shows: 'how MegaFace tests: one probe of a run, its mate among the distractors, and the ranked list',
  addOptions: (command) =>
    command
      .argument('<result>', 'folder that evaluate megaface wrote with --out')
      .option(
        '--probe <n>',
        'place of the probe in its list, from 0; by default one with a near miss',
        whole('probe', 0),
      )
      .option('--mate <n>', 'place of the mate in the list of probes', whole('mate', 0))
      .option(
        '--distractors <n>',
        'how many distractors; by default the most of the run',
        whole('distractors', 1),
      ),
  draw: async ({ args, flags, look }) => {
    const folder = args[0]!
    const { path, size } = await matchesFile(folder, flags.distractors)
    const entries = parseMatchesFile(
      await readFile(path, 'utf8').catch((error: unknown) => {
        throw new DataError(`${path}: cannot be read, ${fileProblem(error)}`)
      }),
      { name: path },
    )
    const { probe, mate, above, best } = chosen(entries, flags, path)
    const search = {
      probe: `picture ${probe}`,
      mate: `picture ${mate}`,
      distractors: size,
      above,
      best: best.idx.map((idx, i) => ({ name: `distractor ${idx}`, score: best.score[i]! })),
    }
    return {
      svg: megafaceFigure(search, look),
      csv: csvText(
        ['what', 'place_in_list', 'rank', 'score'],
        [
          ['probe', probe],
          ['mate', mate, above + 1],
          ...best.idx.map((idx, i) => ['distractor', idx, i < above ? i + 1 : i + 2, best.score[i]]),
        ].map((row) => [...row, ...new Array<undefined>(4 - row.length)]),
      ),
    }
  },
})

/** The file of matches with so many distractors, or with the most. @throws UsageError where there is none */
async function matchesFile(
  folder: string,
  wanted: number | undefined,
): Promise<{ readonly path: string; readonly size: number }> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new DataError(`${folder}: cannot be read, ${fileProblem(error)}`)
  })
  const found = names
    .flatMap((name) => {
      const [, size] = /^matches_.*_(\d+)_\d+\.json$/.exec(name) ?? []
      return size === undefined ? [] : [{ path: join(folder, name), size: Number(size) }]
    })
    .sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1))
  if (found.length === 0)
    throw new UsageError(`megaface: expected a result with matches_….json, got ${folder}`)
  const file = wanted === undefined ? found[0] : found.find(({ size }) => size === wanted)
  if (!file)
    throw new UsageError(
      `--distractors: there are ${found.map(({ size }) => size).join(', ')}, got ${wanted}`,
    )
  return file
}

/** The search asked for, else the first whose mate comes at rank 2 to 5, else the first. @throws UsageError */
function chosen(entries: readonly MatchEntry[], { probe, mate }: Flags, path: string) {
  const searches = entries.flatMap(({ distractors, probes }, i) =>
    probe !== undefined && probe !== i
      ? []
      : probes.idx.flatMap((j, k) =>
          mate !== undefined && mate !== j
            ? []
            : [{ probe: i, mate: j, above: probes.rank[k]!, best: distractors }],
        ),
  )
  const found = searches.find(({ above }) => above >= 1 && above <= 4) ?? searches[0]
  if (!found)
    throw new UsageError(
      `megaface: ${path} has no search of probe ${probe ?? 'any'} for mate ${mate ?? 'any'}, got ${entries.length} probes`,
    )
  return found
}
