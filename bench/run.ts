import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeWhole } from '../src/cli/files/write-file.ts'
import { fileProblem, UsageError } from '../src/errors.ts'
import { nearest } from '../src/math/nearest.ts'
import { table } from '../src/report/index.ts'
import type { Result } from './cases.ts'

/** What a bench can measure, by name. */
export type Cases = Readonly<Record<string, (name: string) => Promise<Result>>>

/**
 * Measures the cases that `words` name, all without a name, and gives them as a table. After each case a line is said, and
 * the file of `--json` is written anew, so that what comes later takes nothing of it away.
 * @throws UsageError for a word that is no case, and a file that cannot be written, before anything is measured
 */
export async function runBench(
  words: readonly string[],
  {
    cases,
    hasModule,
    say,
  }: {
    readonly cases: Cases
    /** Whether the interpreter of the rivals has a Python module. */
    readonly hasModule: (name: string) => boolean
    readonly say: (line: string) => void
  },
): Promise<string> {
  const { names, file } = parsed(words, cases)
  if (file !== undefined) await checkFile(file)
  for (const [module, needs] of rivals) {
    const without = names.filter(needs)
    if (without.length > 0 && !hasModule(module))
      say(
        `the rival of ${without.join(', ')} is absent: no ${module} in ${process.env.PYTHON ?? 'python3'} ` +
          '(PYTHON names another interpreter)',
      )
  }
  const results: Result[] = []
  for (const name of names) {
    const result = await cases[name]!(name)
    results.push(result)
    say(`${name}: ${digits(result.ours)} ${result.unit}, rival ${digits(result.rival)}`)
    if (file !== undefined) await writeWhole(file, `${JSON.stringify(results, null, 2)}\n`)
  }
  return table([
    ['case', 'ours', 'rival', 'unit', 'ratio'],
    ...results.map(({ name, ours, rival, unit, ratio }) => [
      name,
      digits(ours),
      digits(rival),
      unit,
      ratio === null ? '–' : ratio.toFixed(2),
    ]),
  ])
}

/** The Python module of a rival, and which cases have that rival; others have our own step. */
const rivals: readonly (readonly [string, (name: string) => boolean])[] = [
  ['torch', (name) => !['pipeline', 'train-from-files', 'live-cost'].includes(name)],
  ['cv2', (name) => name === 'pipeline'],
]

function parsed(words: readonly string[], cases: Cases): { names: string[]; file: string | undefined } {
  const known = Object.keys(cases)
  const names: string[] = []
  let file: string | undefined
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--json') {
      file = words[++i]
      if (file === undefined || file === '' || file.startsWith('--'))
        throw new UsageError(`--json: expected the name of a file, got ${file || 'nothing'}`)
    } else if (Object.hasOwn(cases, word)) names.push(word)
    else {
      const [what, all] = word.startsWith('--') ? ['option', ['--json']] : ['case', known]
      const near = nearest(word, all)
      const hint = near ? `did you mean ${near}?` : `there is ${all.join(', ')}`
      throw new UsageError(`unknown ${what} (${hint}), got ${word}`)
    }
  }
  return { names: names.length > 0 ? names : known, file }
}

async function checkFile(file: string): Promise<void> {
  const folder = dirname(file)
  // With the dot it must be a folder.
  await access(`${folder}/.`, constants.W_OK).catch((error: unknown) => {
    throw new UsageError(`--json: ${folder}: ${fileProblem(error)}, got ${file}`)
  })
  if ((await stat(file).catch(() => null))?.isDirectory())
    throw new UsageError(`--json: expected the name of a file, got the folder ${file}`)
}

const digits = (value: number | null): string =>
  value === null ? '–' : Number(value.toPrecision(4)).toString()
