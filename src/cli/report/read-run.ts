import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { readOnnxFile } from '../../embed/index.ts'
import { DataError, fileProblem, UsageError } from '../../errors.ts'
import type { ReportMetric, ReportRun } from '../../report/index.ts'
import { readCheckpoint } from '../../train/index.ts'
import { readRecipe, resolveRecipe } from '../train/recipe.ts'
import { runFolder } from '../train/run-folder.ts'
import { type ReadEvaluation, readEvaluation } from './read-evaluation.ts'

/** A run as a report shows it, and the hash of its model to know its evaluations by. */
export interface ReadRun extends Omit<ReportRun, 'evaluations'> {
  readonly path: string
  readonly evaluations: readonly ReadEvaluation[]
}

/**
 * Reads the folder of a run: recipe, metrics, what the model or the checkpoint say of themselves, and the evaluations that
 * lie in it (folders with a `result.json`, up to three below).
 * @throws UsageError where there is no run; DataError for files that are not what they should be
 */
export async function readRun(path: string): Promise<ReadRun> {
  const files = runFolder(path)
  if (!existsSync(files.recipe))
    throw new UsageError(`${path}: expected the folder of a run, has no recipe.json`)
  const { lossOptions, ...recipe } = resolveRecipe(
    await readRecipe(files.recipe),
    {},
    { where: files.recipe },
  )
  const model = existsSync(files.model) ? await readModel(files.model) : undefined
  const checkpoint = existsSync(files.checkpoint) ? await readCheckpoint(files.checkpoint) : undefined
  const { metrics, steps } = await readMetrics(files.metrics)
  const { images = '', list = '' } = recipe
  const done = checkpoint?.step ?? steps
  return {
    path,
    name: basename(resolve(path)),
    data: { name: dataName(images || list), ...model?.data },
    settings: Object.fromEntries(
      Object.entries(recipe).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : value]),
    ) as ReportRun['settings'],
    lossOptions: lossOptions as ReportRun['lossOptions'],
    state: model ? 'finished' : done > 0 ? `stopped at step ${done.toLocaleString('en')}` : 'not begun',
    ...(done > 0 && { steps: done }),
    metrics,
    versions: {
      ...(model?.version && { steradian: model.version }),
      ...circumstances(checkpoint?.settings),
    },
    ...(model && { model: { sha256: model.sha256, bytes: model.bytes } }),
    evaluations: await evaluationsIn(path),
  }
}

/** What a set of images is called: its file or folder; one that is called as any other, with the folder that it lies in. */
export function dataName(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..')
  const last = parts.at(-1)
  const isCommon = /^(images?|photos?|faces?|aligned|crops?|people|data|train(ing)?|list(\.\w+)?)$/i.test(
    last ?? '',
  )
  return (isCommon ? parts.slice(-2).join('/') : last) ?? 'unknown'
}

/** What a checkpoint says of where it was made. */
function circumstances(settings: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const names = { runtime: 'onnxruntime', threads: 'threads used', lowering: 'lowering used' }
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) =>
      settings[key] === undefined ? [] : [[name, String(settings[key])]],
    ),
  )
}

async function readModel(path: string) {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new DataError(`${path}: cannot be read, ${fileProblem(error)}`)
  })
  const { metadata } = readOnnxFile(bytes, { name: path })
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    version: metadata.get('steradian.version'),
    data: dataFacts(metadata.get('steradian.data')),
  }
}

/** Counts and hash of the training images, as far as a model's description has them. */
function dataFacts(text = '{}'): Omit<ReportRun['data'], 'name'> {
  try {
    const { people, images, hash } = JSON.parse(text) as Record<string, unknown>
    return {
      ...(typeof people === 'number' && { people }),
      ...(typeof images === 'number' && { images }),
      ...(typeof hash === 'string' && { hash }),
    }
  } catch {
    return {}
  }
}

/** The metrics by name, and the last step; a line that was cut short when the run was killed is left out. */
async function readMetrics(
  path: string,
): Promise<{ readonly metrics: Record<string, ReportMetric>; readonly steps: number }> {
  if (!existsSync(path)) return { metrics: {}, steps: 0 }
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DataError(`${path}: cannot be read, ${fileProblem(error)}`)
  })
  const metrics: Record<string, { steps: number[]; values: number[] }> = {}
  let last = 0
  for (const line of text.split('\n')) {
    const numbers = parsed(line)
    if (!numbers) continue
    const { step, ...values } = numbers
    last = Math.max(last, step)
    for (const [name, value] of Object.entries(values)) {
      const metric = (metrics[name] ??= { steps: [], values: [] })
      metric.steps.push(step)
      // A loss that was no number is null in JSON.
      metric.values.push(typeof value === 'number' ? value : Number.NaN)
    }
  }
  return { metrics, steps: last }
}

function parsed(line: string): (Record<string, unknown> & { step: number }) | null {
  try {
    const value: unknown = JSON.parse(line)
    const isLine = typeof value === 'object' && value !== null && 'step' in value
    return isLine && typeof value.step === 'number' ? (value as { step: number }) : null
  } catch {
    return null
  }
}

/** The evaluations below a folder, by path. */
async function evaluationsIn(path: string, depth = 3): Promise<ReadEvaluation[]> {
  const entries = await readdir(path, { withFileTypes: true })
  const found: ReadEvaluation[] = []
  for (const { name } of entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const folder = join(path, name)
    if (existsSync(join(folder, 'result.json'))) found.push(await readEvaluation(folder))
    // Another run's evaluations are its own.
    else if (depth > 1 && !existsSync(join(folder, 'recipe.json')))
      found.push(...(await evaluationsIn(folder, depth - 1)))
  }
  return found
}
