import { writeWhole } from '../files/write-file.ts'
import type { Recipe } from '../train/recipe-settings.ts'
import { runProgram } from './program-run.ts'
import { sweepPlaces } from './sweep-run.ts'

/** What of a recipe its memory depends on: runs that share it take about as much. */
export const memoryKey = ({ architecture, width, dimensions, input, batch, lowering }: Recipe): string =>
  [architecture, width, dimensions, input, batch, lowering].join(' ')

/**
 * How many bytes a run's process holds at its peak, as five steps of a dry run show it and a fifth more; null when stopped.
 * A dry run that is refused gives null too: the run itself will say why.
 */
export async function measuredMemory(
  out: string,
  { name, recipe, threads }: { readonly name: string; readonly recipe: Recipe; readonly threads: number },
  signal: AbortSignal,
): Promise<number | null> {
  const places = sweepPlaces(out)
  await writeWhole(places.recipe(name), `${JSON.stringify({ ...recipe, threads }, null, 2)}\n`)
  const words = ['train', '--recipe', places.recipe(name), '--out', places.run(name), '--dry-run', '--json']
  const { code, stdout } = await runProgram(words, { log: places.log(name), signal })
  return code === 0 ? 1.2 * (JSON.parse(stdout) as { memoryBytes: number }).memoryBytes : null
}
