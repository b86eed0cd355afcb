import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { DataError, fileProblem } from '../../errors.ts'
import { agreeingParts, decodePart, type NamedPart } from '../../evaluate/index.ts'
import { mergeIjb } from '../ijb/merge-ijb.ts'
import { mergeMegaface } from '../megaface/merge-megaface.ts'
import { version } from '../version.ts'
import { addOutputOptions, type Evaluation, type OutputFlags, writeEvaluation } from './evaluation-output.ts'

/** What makes the parts of a protocol a result; they are of one run, all of its shards in order. */
const merges: Readonly<Record<string, (parts: readonly NamedPart[]) => Evaluation | Promise<Evaluation>>> = {
  megaface: mergeMegaface,
  ijbb: mergeIjb,
  ijbc: mergeIjb,
}

/** Adds `steradian evaluate merge`. */
export function registerEvaluateMerge(evaluate: Command): void {
  const command = evaluate
    .command('merge')
    .description('add up the parts that --shard wrote: the same bytes as of a run without it')
    .argument('<part...>', 'the part of each shard')
  addOutputOptions(command).action(mergeParts)
}

async function mergeParts(files: readonly string[], flags: OutputFlags): Promise<void> {
  const parts: NamedPart[] = []
  for (const name of files) {
    const bytes = await readFile(name).catch((error: unknown) => {
      throw new DataError(`${name}: ${fileProblem(error)}`)
    })
    parts.push({ name, part: await decodePart(bytes, { name }) })
  }
  const [first] = agreeingParts(parts)
  const { protocol, run } = first!.part
  const merge = Object.hasOwn(merges, protocol) ? merges[protocol] : undefined
  if (!merge) throw new DataError(`${first!.name}: expected a protocol that is known here, got ${protocol}`)
  if (run.version !== version)
    throw new DataError(`${first!.name}: expected a part of version ${version}, got ${run.version}`)
  await writeEvaluation(flags, await merge(agreeingParts(parts)))
}
