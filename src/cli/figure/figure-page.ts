import { type Palette, paletteStyle } from '../../figures/index.ts'
import { html, inlineSvg, raw } from '../../report/page.ts'
import type { DrawnFigure } from './figure-entry.ts'
import { fontFaces, fontFamily } from './figure-font.ts'

/** How a page shows a figure. */
export interface FigurePageOptions {
  /** The colours; by default those that the reader's machine prefers. */
  readonly palette?: Palette | undefined
}

/** Bytes of CSV that a page holds at most. */
const mostNumbers = 300_000

/** A figure as a page that stands alone, with what it shows in words and, unless they are too many, its numbers as a file to save. */
export async function figurePage(drawn: DrawnFigure, { palette }: FigurePageOptions = {}): Promise<string> {
  const { title, description, width } = wordsOf(drawn.svg)
  const csv = Buffer.from(drawn.csv)
  const numbers =
    csv.length > mostNumbers
      ? html`<p>The numbers (${(csv.length / 1e6).toFixed(1)} MB) are too many for a page: --out with a name in .csv writes them.</p>`
      : html`<p><a download="figure.csv" href="data:text/csv;base64,${csv.toString('base64')}">The numbers as CSV</a></p>`
  const notes = (drawn.notes ?? []).map((note) => html`<p>${note}</p>`)
  const body = html`<main>
<h1>${raw(title)}</h1>
<figure tabindex="0" aria-label="${raw(title)}">${drawn.html === undefined ? inlineSvg(drawn.svg) : raw(drawn.html)}</figure>
<p>${raw(description)}</p>
${notes}
${numbers}
</main>`.html
  const script = drawn.html === undefined ? '' : " script-src 'unsafe-inline'; "
  const colours =
    palette === undefined
      ? `:root{color-scheme:light dark;${paletteStyle('light')}}@media screen and (prefers-color-scheme:dark){:root{${paletteStyle('dark')}}}`
      : `:root{color-scheme:${palette};${paletteStyle(palette)}}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data: blob:;${raw(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${raw(title)}</title>
<style>${raw(await fontFaces(body))}
${raw(colours)}
${raw(layout)}
figure > svg { min-width: ${Math.round(0.65 * width)}px; max-width: ${Math.round(1.4 * width)}px; }</style>
</head>
<body>
${raw(body)}
</body>
</html>
`.html
}

const layout = `* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 '${fontFamily}', system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; }
h1 { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
figure { margin: 0 0 1rem; overflow-x: auto; }
figure svg { display: block; width: 100%; height: auto; font-family: inherit; }
p { max-width: 46rem; margin: 0 0 .75rem; }
a { color: inherit; }`

/** The title and the description of an SVG, escaped, and its width in pixels. */
function wordsOf(svg: string): {
  readonly title: string
  readonly description: string
  readonly width: number
} {
  const [, title, description] = /<title>([^<]*)<\/title><desc>([^<]*)<\/desc>/.exec(svg) ?? []
  return {
    title: title ?? '',
    description: description ?? '',
    width: Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 0),
  }
}
