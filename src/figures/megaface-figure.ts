import { genuineStyle, impostorStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { scaledTo, svgText, titleText } from './frame.ts'
import { wrapText } from './text-fit.ts'

/** One search of MegaFace. */
export interface MegafaceSearch {
  /** What the probe and the mate are called, say by their place in the list. */
  readonly probe: string
  readonly mate: string
  /** How many distractors the mate is among. */
  readonly distractors: number
  /** How many of them score higher than the mate. */
  readonly above: number
  /** The best distractors, falling by score; as many as are known. */
  readonly best: readonly { readonly name: string; readonly score: number }[]
}

interface Row {
  readonly rank: number
  readonly text: string
  readonly score?: number
  readonly isMate: boolean
}

const rowHeight = 21
const [gridColumns, gridRows] = [18, 12]

/**
 * How MegaFace tests (Kemelmacher-Shlizerman et al. 2016): the mate of a probe joins the distractors, all are ranked by their
 * score with the probe, and the mate's rank decides. From one search of a run.
 */
export function megafaceFigure(
  search: MegafaceSearch,
  { title = 'One search of MegaFace', description, width }: Omit<FigureOptions, 'height'> = {},
): string {
  const { probe, mate, distractors, above } = search
  const rows = rankedRows(search)
  const rank = above + 1
  const outcome =
    above === 0
      ? 'No distractor scores higher: found at rank 1.'
      : `${count(above)} ${above === 1 ? 'distractor scores' : 'distractors score'} higher: found at rank ${count(rank)}, not at rank 1.`
  const all = `${count(distractors)} ${distractors === 1 ? 'distractor' : 'distractors'} and the mate`
  const isPart = distractors + 1 > gridColumns * gridRows
  const full = 760
  const titles = wrapText(title, full, { size: 15, most: 2 })
  const natural = { width: full, height: Math.max(250, 84 + rowHeight * (rows.length + 1)) }
  const svg = svgText(
    {
      title,
      description: description ?? `${probe} is searched for among ${all} (${mate}). ${outcome}`,
      ...natural,
    },
    [
      `<g font-size="12">${titleText(titles, { size: 15, top: 13, rowHeight: 19 })}`,
      box({ x: 0, y: 60, width: 130, title: '1. The probe', text: probe }),
      box({ x: 0, y: 180, width: 130, title: '2. Its mate', text: mate, colour: genuineStyle.colour }),
      arrow(130, 100, 178, 100),
      arrow(130, 207, 178, 207),
      `<text x="180" y="60" font-weight="600">3. The gallery</text><text x="180" y="77">${all}${isPart ? ' (some drawn)' : ''}</text>`,
      gallery(180, 92, distractors),
      arrow(404, 175, 448, 175),
      `<text x="455" y="60" font-weight="600">4. Ranked by the score with the probe</text>`,
      list(rows, 455, 76),
      `<text x="455" y="${76 + rowHeight * (rows.length + 1)}">${escapeText(outcome)}</text></g>`,
    ],
  )
  return scaledTo(svg, width)
}

/** The first places, with a gap and the mate after them where it is further down. */
function rankedRows({ mate, above, best }: MegafaceSearch): readonly (Row | 'gap')[] {
  const shown = best.slice(0, above < best.length ? Math.max(above + 2, 6) : 6)
  const rows: (Row | 'gap')[] = shown.map(({ name, score }, i) => ({
    rank: i < above ? i + 1 : i + 2,
    text: name,
    score,
    isMate: false,
  }))
  const own: Row = { rank: above + 1, text: `${mate}, the mate`, isMate: true }
  if (above <= shown.length) rows.splice(above, 0, own)
  else rows.push('gap', own)
  return rows
}

function list(rows: readonly (Row | 'gap')[], x: number, y: number): string {
  const scores = rows.flatMap((row) => (row === 'gap' || row.score === undefined ? [] : [row.score]))
  const [low, high] = [
    scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ]
  return rows
    .map((row, i) => {
      const top = y + i * rowHeight
      if (row === 'gap') return `<text x="${x + 34}" y="${top + 14}">⋮</text>`
      const colour = row.isMate ? genuineStyle.colour : impostorStyle.colour
      const share =
        row.score === undefined || !(high > low) ? 1 : 0.25 + (0.75 * (row.score - low)) / (high - low)
      const bar = row.isMate
        ? `<rect x="${x + 30}" y="${top + 1}" width="266" height="${rowHeight - 3}" fill="${colour}" fill-opacity="0.2" stroke="${colour}" />`
        : `<rect x="${x + 190}" y="${top + 5}" width="${Math.round(60 * share)}" height="9" fill="${colour}" fill-opacity="0.55" />`
      const score =
        row.score === undefined
          ? ''
          : `<text x="${x + 296}" y="${top + 14}" text-anchor="end" font-size="11">${row.score.toFixed(3).replace('-', '−')}</text>`
      return `${bar}<text x="${x + 24}" y="${top + 14}" text-anchor="end">${count(row.rank)}</text><text x="${x + 36}" y="${top + 14}"${row.isMate ? ' font-weight="600"' : ''}>${escapeText(row.text)}</text>${score}`
    })
    .join('')
}

/** The gallery, or some of it, as small squares, the mate among them in its colour and with a ring. */
function gallery(x: number, y: number, distractors: number): string {
  const step = 12
  const shown = Math.min(gridColumns * gridRows, distractors + 1)
  const mate = Math.min(4 * gridColumns + 11, shown - 1)
  const squares = Array.from({ length: shown }, (_, i) => {
    const [column, row] = [i % gridColumns, Math.floor(i / gridColumns)]
    return i === mate ? '' : `M${x + column * step},${y + row * step}h8v8h-8z`
  })
  const [mx, my] = [x + (mate % gridColumns) * step, y + Math.floor(mate / gridColumns) * step]
  return `<path d="${squares.join('')}" fill="${impostorStyle.colour}" fill-opacity="0.45" /><rect x="${mx - 1}" y="${my - 1}" width="10" height="10" fill="${genuineStyle.colour}" /><circle cx="${mx + 4}" cy="${my + 4}" r="10" fill="none" stroke="${genuineStyle.colour}" stroke-width="2" />`
}

function box({
  x,
  y,
  width,
  title,
  text,
  colour = 'currentColor',
}: {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly title: string
  readonly text: string
  readonly colour?: string
}): string {
  return `<rect x="${x + 1}" y="${y}" width="${width - 2}" height="54" rx="6" fill="none" stroke="${colour}" stroke-width="1.5" /><text x="${x + 10}" y="${y + 21}" font-weight="600">${title}</text><text x="${x + 10}" y="${y + 40}">${escapeText(text)}</text>`
}

const arrow = (x1: number, y1: number, x2: number, y2: number): string =>
  `<path d="M${x1},${y1}L${x2},${y2}M${x2 - 7},${y2 - 4}l7,4l-7,4" fill="none" stroke="currentColor" stroke-width="1.3" />`

const count = (value: number): string => value.toLocaleString('en')
