import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { DataError, fileProblem } from '../../errors.ts'
import type { MissingImage } from '../embed/missing-images.ts'
import { checkNewFile } from '../files/new-file.ts'
import { stagedFolder, tryNewFolder } from '../files/staged-folder.ts'
import { writeWhole } from '../files/write-file.ts'
import { version } from '../version.ts'
import { curveFiles, type EvaluationCurves } from './evaluation-curves.ts'

/** What every result says of the items that could not be used. */
export interface MissingFacts {
  readonly missing: number
  readonly missingImages: readonly MissingImage[]
  /** Whether the result lacks them: it stands beside every number. */
  readonly incomplete: boolean
}

/** The part of the facts that names missing items. */
export function missingFacts(missingItems: readonly MissingImage[]): MissingFacts {
  return {
    missing: missingItems.length,
    missingImages: missingItems,
    incomplete: missingItems.length > 0,
  }
}

/** What an evaluation found. */
export interface Evaluation {
  /** `lfw`, `megaface`, … */
  readonly protocol: string
  /** The JSON object, without protocol and version: lists, source, counts, `missing`, `missingImages`, `incomplete`, results. */
  readonly facts: Readonly<Record<string, unknown>> & MissingFacts
  /** The lines for the terminal. */
  readonly table: readonly string[]
  readonly curves?: EvaluationCurves
  /** Further files for the folder, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
}

/** What the options of `addOutputOptions` say. */
export interface OutputFlags {
  readonly out?: string
  readonly json?: boolean
}

/** Adds `--out` and `--json`; an `--out` that cannot be used is refused before the work begins. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--out <folder>', 'a new folder for result.json and, of each curve, CSV and SVG')
    .option('--json', 'print one JSON object')
    .hook('preAction', async (_, action) => {
      const { out, shard } = action.opts<OutputFlags & { readonly shard?: unknown }>()
      // A shard writes one file.
      if (out !== undefined) await (shard === undefined ? tryNewFolder : checkNewFile)(out)
    })
}

/**
 * Fills `--out` where it is given, and prints the evaluation as a table or as one JSON object, even where the folder cannot be
 * written. `result.json` comes last, so that a folder that has it is whole; after an error nothing is left. No time,
 * date or place of the machine goes into it, so that the same evaluation gives the same bytes. One that lacks items says
 * `incomplete` in the JSON, at the head of the table and of each CSV, and in the title of each figure.
 * @throws UsageError, DataError where the folder is not empty or cannot be written
 */
export async function writeEvaluation(
  { out, json }: OutputFlags,
  { protocol, facts, table, curves = {}, files = {} }: Evaluation,
): Promise<void> {
  const result = { protocol, version, ...facts }
  const notice = facts.incomplete ? `incomplete: ${facts.missing} missing` : undefined
  const lines = notice === undefined ? table : [notice, ...table]
  try {
    if (out !== undefined)
      await writeFolder(out, () => ({
        ...curveFiles(curves, { title: protocol, notice }),
        ...files,
        'result.json': `${JSON.stringify(result, null, 2)}\n`,
      }))
  } finally {
    // What took hours is not lost for a folder.
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`)
  }
}

/** Fills a new folder, `result.json` last. */
async function writeFolder(out: string, contents: () => Record<string, string | Uint8Array>): Promise<void> {
  const stage = await stagedFolder(out)
  try {
    for (const [name, content] of Object.entries(contents()))
      await writeWhole(join(stage.path, name), content)
    await stage.publish({ last: ['result.json'] })
  } catch (error) {
    await stage.discard()
    if (error instanceof Error && 'syscall' in error)
      throw new DataError(`${out}: cannot be written, ${fileProblem(error)}`)
    throw error
  }
}

/** A list file as the JSON names it, with its SHA-256. @throws DataError when it cannot be read */
export async function listFacts(path: string): Promise<{ file: string; sha256: string }> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    throw new DataError(`${path}: ${fileProblem(error)}`)
  }
  return { file: path, sha256: hash.digest('hex') }
}
