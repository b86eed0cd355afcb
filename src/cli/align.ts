import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { CHOICES, yunet } from '../detect/index.ts'
import { DataError, fileProblem, UsageError } from '../errors.ts'
import { createSession, type Session } from '../runtime/index.ts'
import { type AlignReport, alignFolder, LANDMARKS_FILE, REFUSED_FILE } from './align/align-folder.ts'
import { interruption } from './interruption.ts'
import { duration, progress } from './progress.ts'
import { parseSize } from './size.ts'

interface Flags {
  readonly detector: string
  readonly out: string
  readonly choose: string
  readonly size: string
  readonly minScore: string
  readonly maxSide: string
  readonly json?: boolean
}

/** Adds `steradian align`. */
export function registerAlign(program: Command): void {
  program
    .command('align')
    .description('find the face in each photograph of a folder, cut it out upright, write its five points')
    .argument('<folder>', 'photographs, at any depth; the folders (of people) are kept')
    .requiredOption('--detector <file>', 'the face detector: YuNet as ONNX')
    .requiredOption('--out <folder>', 'where crops, landmarks.csv and refused.csv go; must not hold anything')
    .option(
      '--choose <which>',
      `which face counts where there are several: ${CHOICES.join(' or ')}`,
      'largest',
    )
    .option('--size <HxW>', 'height and width of the crops in pixels', '112x96')
    .option('--min-score <number>', 'how sure the detector must be, from 0 to 1', '0.6')
    .option(
      '--max-side <pixels>',
      'larger photographs are shrunk to this before the detector sees them',
      '1280',
    )
    .option('--json', 'print the facts as one JSON object')
    .action(alignCommand)
}

/** Does what `steradian align` does. @throws UsageError, DataError */
async function alignCommand(folder: string, flags: Flags): Promise<void> {
  const size = parseSize(flags.size, '--size')
  const choice = CHOICES.find((name) => name === flags.choose)
  if (!choice) throw new UsageError(`--choose: expected ${CHOICES.join(' or ')}, got ${flags.choose}`)
  const minScore = parseNumber('--min-score', flags.minScore, { least: 0, most: 1 })
  const maxSide = parseNumber('--max-side', flags.maxSide, { least: 32, most: 1e6 })
  const session = await openDetector(flags.detector)
  const started = performance.now()
  const start = performance.now()
  let shown: ReturnType<typeof progress> | undefined
  const { signal, stop } = interruption(() => process.stderr.write('\nstopping (again to leave at once)\n'))
  let report: AlignReport
  try {
    report = await alignFolder(folder, {
      ...size,
      out: flags.out,
      detect: yunet(session, { name: flags.detector }),
      choice,
      minScore,
      maxSide,
      signal,
      onProgress: ({ photographs, aligned, refused }) => {
        shown ??= progress({ total: photographs, label: 'align', unit: 'images', start })
        shown.update(aligned + refused, refused > 0 ? `${refused} refused` : '')
      },
    })
  } catch (error) {
    shown?.finish()
    if (!signal.aborted) throw error
    process.stderr.write(`stopped: nothing is left in ${flags.out}\n`)
    process.exitCode = 130
    return
  } finally {
    shown?.finish()
    stop()
    await session.close()
  }
  say(folder, report, { ...flags, seconds: (performance.now() - started) / 1000 })
}

/** Prints what became of the photographs. @throws DataError when none has a crop */
function say(
  folder: string,
  report: AlignReport,
  { out, json, seconds, size }: Flags & { seconds: number },
): void {
  const { photographs, aligned, refused, reasons, others } = report
  const refusals = join(out, REFUSED_FILE)
  if (json) {
    const facts = { ...report, size, out, landmarks: join(out, LANDMARKS_FILE), refusals, seconds }
    process.stdout.write(`${JSON.stringify(facts)}\n`)
  } else {
    const lines = [
      `${aligned} of ${photographs} photographs aligned to ${size} in ${out}, ${duration(seconds)}`,
    ]
    const counts = Object.entries(reasons).sort(([, a], [, b]) => b - a)
    if (refused > 0) lines.push(`${refused} refused, named in ${refusals}:`)
    for (const [reason, times] of counts.slice(0, 10)) lines.push(`  ${times}  ${reason}`)
    if (counts.length > 10) lines.push(`  and ${counts.length - 10} reasons more`)
    if (others > 0) lines.push(`${others} other files passed over`)
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  if (aligned === 0)
    throw new DataError(`${folder}: no face in any of ${photographs} photographs, reasons in ${refusals}`)
}

/** Compiles the detector. @throws DataError */
async function openDetector(file: string): Promise<Session> {
  const there = await stat(file).catch((error: unknown) => {
    throw new DataError(`${file}: ${fileProblem(error)}`)
  })
  if (!there.isFile()) throw new DataError(`${file}: expected an ONNX model, got a folder`)
  try {
    return await createSession(file)
  } catch (error) {
    throw new DataError(
      `${file}: not an ONNX model that can be run (${(error as Error).message.split('\n')[0]})`,
    )
  }
}

function parseNumber(option: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new UsageError(`${option}: expected a number from ${least} to ${most}, got ${text}`)
}
