/**
 * Makes docs/losses.md, below what is written by hand there, and its pictures, of what the losses say of themselves.
 *
 *     npx node docs/losses.ts              # the page and all pictures
 *     npx node docs/losses.ts lmcl adaface # the page and some
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { figureFile } from '../src/cli/figure/figure-output.ts'
import { lineChart } from '../src/figures/index.ts'
import { type LossCurve, lossCurves, losses } from '../src/losses/index.ts'
import { lossesPage, madeBelow } from './losses-page.ts'

const page = new URL('losses.md', import.meta.url)
const pictures = new URL('losses/', import.meta.url)
const wanted = process.argv.slice(2)

const [written] = readFileSync(page, 'utf8').split(madeBelow)
writeFileSync(page, `${written!.trimEnd()}\n\n${lossesPage()}`)
mkdirSync(pictures, { recursive: true })
for (const { name, title } of losses) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const png = await figureFile({ svg: drawn(name, title), csv: '' }, 'png', { palette: 'light', density: 1 })
  writeFileSync(new URL(`${name}.png`, pictures), png)
  process.stdout.write(`docs/losses/${name}.png\n`)
}

/** A loss's curves, beside the plain cosine where they are logits. */
function drawn(name: string, title: string): string {
  const { kind, curves } = lossCurves(name)
  const plain: LossCurve = { name: 'cosθ', at: Math.cos }
  const all =
    kind === 'loss' || curves.some((curve) => curve.name === plain.name) ? curves : [...curves, plain]
  const degrees = Float64Array.from({ length: 361 }, (_, i) => i / 2)
  return lineChart(
    all.map(({ name, at }) => ({ name, x: degrees, y: degrees.map((angle) => at((angle * Math.PI) / 180)) })),
    {
      title,
      width: 480,
      height: 300,
      labels: {
        x:
          kind === 'logit'
            ? 'angle to the own class, degrees'
            : 'angle, degrees (of a triplet: to the positive)',
        y: kind === 'logit' ? 'logit of the own class, divided by s (or ‖x‖)' : 'loss',
      },
      xDomain: [0, 180],
      xTicks: [0, 30, 60, 90, 120, 150, 180],
      xFormat: (value) => `${value}°`,
    },
  )
}
