import { classColours } from '../../figures/class-colours.ts'
import { lineStyle } from '../../figures/colours.ts'
import { paletteStyle } from '../../figures/index.ts'
import { liveScript } from './live-script.ts'
import { liveSphereScript } from './live-sphere-script.ts'

/** The charts of the page: the id that the script draws into, the title and what the axis shows. */
const charts: readonly (readonly [string, string])[] = [
  ['loss', 'Loss, nats'],
  ['accuracy', 'Accuracy on the batch, %'],
  ['cosine', 'Angle of the mean cosine to the own prototype, degrees'],
  ['rate', 'Learning rate'],
  ['lambda', 'λ (logarithmic)'],
  ['margin', 'Margin'],
  ['speed', 'Images a second'],
]

const style = `
:root { color-scheme: light dark; ${paletteStyle('light')}; --paper: #fdfdfb; --sheet: #fff; --faint: #5b636d; --rule: #dfe2e0; --focus: #0b5a86; }
@media (prefers-color-scheme: dark) { :root { ${paletteStyle('dark')}; --paper: #14171b; --sheet: #1b1f24; --faint: #a1a9b2; --rule: #343a41;
  --focus: #7cc4f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } #state { color: var(--faint); margin: 0 0 1rem; } #unknown { color: var(--faint); margin: .8rem 0 0; max-width: 48rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; } label svg { vertical-align: middle; margin: 0 .3rem; }
.charts { display: grid; gap: 1rem; margin-top: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
figure { margin: 0; padding: .8rem; min-width: 0; background: var(--sheet); border: 1px solid var(--rule); border-radius: .5rem; }
figure[hidden] { display: none; } #spheres { display: contents; } #spheres figcaption { font-weight: 400; color: var(--faint); }
figure > svg, canvas { display: block; width: 100%; height: auto; }
figcaption { font-weight: 600; margin-bottom: .4rem; } figcaption span { font-weight: 400; color: var(--faint); }
svg text { font-size: 11px; fill: currentColor; } svg .grid { stroke: var(--rule); fill: none; } svg .unit { fill: var(--faint); }
canvas { touch-action: pan-y; }
@media (max-width: 30rem) { table { font-size: .8125rem; } th, td { padding: .3rem .25rem; } }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
`

/** The page of `steradian watch`: it asks this machine's own server for events, and nothing else of anybody. */
export function livePage(): string {
  const figures = charts.map(
    ([id, title]) =>
      `<figure><figcaption>${title}</figcaption><svg id="${id}" data-name="${title}" role="img" aria-label="${title}: nothing yet" viewBox="0 0 420 220"></svg></figure>`,
  )
  const styles = Array.from({ length: 16 }, (_, i) => lineStyle(i))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Steradian: training, live</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Training, live</h1>
<p id="state" role="status">connecting</p>
<div class="scroll" role="region" aria-label="Runs" tabindex="0">
<table>
<thead><tr><th scope="col">run</th><th scope="col">loss function</th><th scope="col">step</th><th scope="col">loss</th><th scope="col">accuracy</th><th scope="col">rate</th><th scope="col">speed</th></tr></thead>
<tbody id="runs"></tbody>
</table>
</div>
<p id="unknown" hidden></p>
<div class="charts">
${figures.join('\n')}
<figure hidden><figcaption>Angles, % of the last samples <span>(filled: to the own prototype; dashed: to the nearest other)</span></figcaption><svg id="angles" role="img" aria-label="Angles" viewBox="0 0 420 220"></svg></figure>
<div id="spheres"></div>
</div>
</main>
<script>const styles = ${JSON.stringify(styles)}
const classColours = ${JSON.stringify(classColours)}
${liveScript}${liveSphereScript}</script>
</body>
</html>
`
}
