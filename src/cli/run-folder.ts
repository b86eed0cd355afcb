import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, UsageError } from '../errors.ts'
import { writeWhole } from './write-file.ts'

/** Where the files of a run lie. */
export interface RunFolder {
  readonly path: string
  readonly recipe: string
  readonly checkpoint: string
  readonly metrics: string
  readonly model: string
}

/** Names the files of a run; nothing is read or made. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    recipe: join(path, 'recipe.json'),
    checkpoint: join(path, 'checkpoint.bin'),
    metrics: join(path, 'metrics.jsonl'),
    model: join(path, 'model.onnx'),
  }
}

/** Makes the folder of a new run. @throws UsageError when something lies there */
export async function createRunFolder(path: string): Promise<RunFolder> {
  let there: string[]
  try {
    there = await readdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT')
      throw new UsageError(`--out: ${code === 'ENOTDIR' ? 'is no folder' : code}, got ${path}`)
    there = []
  }
  if (there.length > 0)
    throw new UsageError(
      `--out: folder exists and is not empty (use --resume to go on, or another name), got ${path}`,
    )
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw new DataError(`${path}: folder cannot be made, ${(error as NodeJS.ErrnoException).code}`)
  }
  return runFolder(path)
}

/** Lines of numbers, one a step, gathered and appended in pieces. */
export interface MetricsLog {
  add(line: Readonly<Record<string, number>>): void
  /** Appends what was gathered. @throws DataError */
  flush(): Promise<void>
}

/** Opens the metrics of a run; lines after `step` (of steps that will be done again) are dropped. */
export async function openMetrics(path: string, { step }: { readonly step: number }): Promise<MetricsLog> {
  const before = await readFile(path, 'utf8').catch(() => '')
  const kept = before.split('\n').filter((line) => {
    try {
      return (JSON.parse(line) as { step: number }).step <= step
    } catch {
      return false
    }
  })
  await writeWhole(path, kept.map((line) => `${line}\n`).join(''))
  let lines: string[] = []
  return {
    add: (line) => {
      lines.push(`${JSON.stringify(line)}\n`)
    },
    flush: async () => {
      const text = lines.join('')
      lines = []
      try {
        if (text) await appendFile(path, text)
      } catch (error) {
        throw new DataError(`${path}: cannot be written, ${(error as NodeJS.ErrnoException).code}`)
      }
    },
  }
}
