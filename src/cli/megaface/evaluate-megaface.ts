import { basename } from 'node:path'
import type { Command } from 'commander'
import { readText } from '../../data/read-text.ts'
import { StoppedError, UsageError } from '../../errors.ts'
import { pairsNeeded } from '../../evaluate/megaface-pairs.ts'
import { parseCmcFile } from '../../evaluate/megaface-result-file.ts'
import { pack } from '../../evaluate/packed.ts'
import { encodePart, type Json, type PartArray } from '../../evaluate/part-file.ts'
import { writeEvaluation } from '../evaluate/evaluation-output.ts'
import { writeWhole } from '../files/write-file.ts'
import { interruption } from '../interruption.ts'
import { version } from '../version.ts'
import { type Count, type CountedProbes, countedProbes, countLists } from './megaface-count.ts'
import { readMegafaceLists } from './megaface-lists.ts'
import { addMegafaceOptions, type MegafaceFlags, probeNameOf } from './megaface-options.ts'
import { featureOrigins } from './megaface-origin.ts'
import { readProbes } from './megaface-probes.ts'
import { type BesideFacts, type MegafaceSetup, megafaceEvaluation, type Outcome } from './megaface-report.ts'

/** Adds `steradian evaluate megaface`. */
export function registerEvaluateMegaface(evaluate: Command): void {
  const command = evaluate
    .command('megaface')
    .description('identification and verification among up to a million distractors, as MegaFace has it')
  addMegafaceOptions(command).action(evaluateMegaface)
}

async function evaluateMegaface(flags: MegafaceFlags): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  if (flags.shard && flags.out === undefined)
    throw new UsageError('--shard: needs --out, the new file of the part')
  const { signal, stop } = interruption(() => say('\nstopping (again to leave at once)'))
  try {
    const name = probeNameOf(flags, say)
    const origins = await featureOrigins(flags)
    const lists = await readMegafaceLists(flags, { say, signal })
    checkPairs(lists.probes.labels, flags)
    const beside = await Promise.all(flags.beside.map(readBeside))
    const { paths } = lists.probes
    const probes = await readProbes(flags, origins.probes, paths, { say, signal })
    const { each, noise } = countedProbes(lists, probes, flags)
    const found = await countLists(flags, lists, each, {
      ...{ origin: origins.distractors, say, signal },
    })
    const setup: MegafaceSetup = {
      ...{ version, name: flags.name, challenge: lists.challenge, verification: flags.verification },
      ...{ normalise: flags.normalise ?? false, lists: lists.facts },
      probes: { name, listed: paths.length, features: probes.facts },
      distractors: found.distractors,
      noise: noise ? { probes: { ...noise }, distractors: found.noise.map((own) => ({ ...own })) } : null,
      ...{ beside, missingItems: [...probes.missingItems, ...found.missingItems] },
    }
    if (flags.shard) await writePart(flags, setup, each, found.counts)
    else await writeEvaluation(flags, megafaceEvaluation(setup, outcomesOf(each, found.counts)))
  } catch (error) {
    // One that says what was kept says more.
    throw signal.aborted && !(error instanceof StoppedError) ? new StoppedError('megaface: stopped') : error
  } finally {
    stop()
  }
}

/** @throws UsageError when the pairs of one person alone need more than the memory that is allowed */
function checkPairs(labels: Int32Array, { memory }: MegafaceFlags): void {
  const { pairs, bytes } = pairsNeeded(labels)
  if (bytes > memory)
    throw new UsageError(
      `--memory: expected ${Math.ceil(bytes / 2 ** 20)}MiB or more for ${pairs} ordered pairs of probes, got ${Math.floor(memory / 2 ** 20)}MiB`,
    )
}

function outcomesOf(probes: readonly CountedProbes[], counts: readonly Count[]): Outcome[] {
  return counts.flatMap(({ counted, ...count }) => {
    if (!('tally' in counted)) return []
    return [{ ...count, ...counted, probes: probes.find(({ cleaning }) => cleaning === count.cleaning)! }]
  })
}

/** Writes the part of a shard: what it counted, and all that the merged result needs beside that. */
async function writePart(
  { out, shard, json }: MegafaceFlags,
  setup: MegafaceSetup,
  probes: readonly CountedProbes[],
  counts: readonly Count[],
): Promise<void> {
  const arrays: Record<string, PartArray> = {}
  const facts: Record<string, Json> = {}
  for (const { cleaning, index, plan } of probes) {
    arrays[`probes.${cleaning}.features`] = plan.probes.data
    arrays[`probes.${cleaning}.labels`] = plan.labels
    arrays[`probes.${cleaning}.index`] = index
  }
  const columns = probes[0]!.plan.probes.columns
  for (const { size, set, cleaning, index, counted } of counts) {
    if (!('part' in counted)) continue
    const key = `${size}_${set}.${cleaning}`
    const packed = pack(key, counted.part)
    Object.assign(arrays, packed.arrays, { [`${key}:index`]: index })
    facts[key] = packed.json
  }
  const runs = counts.map(({ size, set, cleaning, index }) => ({
    size,
    set,
    cleaning,
    distractors: index.length,
  }))
  const bytes = await encodePart({
    protocol: 'megaface',
    run: { ...setup, columns, runs },
    ...{ shard: shard!, facts, arrays },
  })
  await writeWhole(out!, bytes)
  const part = { protocol: 'megaface', version, part: out, shard }
  process.stdout.write(
    json ? `${JSON.stringify(part)}\n` : `${out}: part ${shard!.index} of ${shard!.count}\n`,
  )
}

/** What stands in a cmc file that another tool wrote. @throws DataError */
async function readBeside(file: string): Promise<BesideFacts> {
  const { cmc, roc } = parseCmcFile(await readText(file), { name: file })
  const last = roc.far.findLastIndex((far) => far <= 1e-6)
  return {
    file: basename(file),
    rank1: cmc.rank[0] === 0 ? cmc.recall[0]! : null,
    tar: last < 0 ? null : roc.tar[last]!,
  }
}
