/** `npm run bench -- [CASE…] [--json FILE]`: measures, the rival beside it in the same run. */
import { writeFile } from 'node:fs/promises'
import { nearest } from '../src/math/nearest.ts'
import { table } from '../src/report/index.ts'
import { cases, type Result } from './cases.ts'
import { hasModule } from './side.ts'

const asked: string[] = []
let file: string | undefined
for (let i = 2; i < process.argv.length; i++) {
  const argument = process.argv[i]!
  if (argument === '--json') file = process.argv[++i]
  else asked.push(argument)
}
for (const name of asked)
  if (!(name in cases)) {
    const near = nearest(name, Object.keys(cases))
    console.error(
      `bench: unknown case, ${near ? `did you mean ${near}?` : `there are ${Object.keys(cases).join(', ')};`} got ${name}`,
    )
    process.exit(2)
  }

if (!hasModule('torch'))
  console.error('the rival is absent: no torch in python3 (PYTHON names another interpreter)')
const digits = (value: number | null): string =>
  value === null ? '–' : Number(value.toPrecision(4)).toString()
const results: Result[] = []
for (const name of asked.length > 0 ? asked : Object.keys(cases)) {
  const result = await cases[name]!(name)
  results.push(result)
  console.error(`${name}: ${digits(result.ours)} ${result.unit}, rival ${digits(result.rival)}`)
}
console.log(
  table([
    ['case', 'ours', 'rival', 'unit', 'ratio'],
    ...results.map(({ name, ours, rival, unit, ratio }) => [
      name,
      digits(ours),
      digits(rival),
      unit,
      ratio === null ? '–' : ratio.toFixed(2),
    ]),
  ]),
)
if (file !== undefined) await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
