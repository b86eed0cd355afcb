import { genuineStyle, impostorStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { scaledTo, svgText, titleText } from './frame.ts'
import { columnsWithin } from './panels.ts'
import { textWidth, wrapText } from './text-fit.ts'

/** A pair that was judged wrongly. */
export interface WorstPair {
  readonly left: string
  readonly right: string
  /** Its score and the threshold as they are read: `71.3°`. */
  readonly score: string
  readonly threshold: string
  /** Data URIs of the two; left out where the pictures are not to be shown. */
  readonly pictures?: readonly [string | undefined, string | undefined]
}

export interface WorstPairs {
  /** Pairs of two people taken for one, the worst first, and how many there are in all. */
  readonly accepted: readonly WorstPair[]
  readonly acceptedCount: number
  /** Pairs of one person taken for two. */
  readonly refused: readonly WorstPair[]
  readonly refusedCount: number
  /** Who is in most errors, with the errors and the pairs of each. */
  readonly hardest: readonly { readonly name: string; readonly errors: number; readonly pairs: number }[]
}

const columnWidth = 400
const picture = { width: 48, height: 56 }

/**
 * The pairs that were judged wrongly by most, in two columns by kind of error, and the people who are in most errors; one
 * kind below the other where two columns could not be read at `width`.
 */
export function worstPairsFigure(
  { accepted, acceptedCount, refused, refusedCount, hardest }: WorstPairs,
  { title = 'Worst pairs', description, width }: Omit<FigureOptions, 'height'> = {},
): string {
  const hasPictures = [...accepted, ...refused].some(({ pictures }) => pictures !== undefined)
  const rowHeight = hasPictures ? picture.height + 8 : 38
  const people =
    hardest.length === 0
      ? ''
      : `In most errors: ${hardest.map(({ name, errors, pairs }) => `${name} (${errors} of ${pairs})`).join(', ')}`
  const kinds = [
    { name: 'Two people taken for one', pairs: accepted, all: acceptedCount, colour: impostorStyle.colour },
    { name: 'One person taken for two', pairs: refused, all: refusedCount, colour: genuineStyle.colour },
  ]
  const across = columnsWithin(width, { columns: 2, column: columnWidth, gap: 0 })
  const full = across * columnWidth
  const titles = wrapText(title, full, { size: 15 })
  const peopleLines = people === '' ? [] : wrapText(people, full, { most: 6 })
  let bottom = 41 + 19 * (titles.length - 1)
  const top = bottom
  const columns = kinds.map(({ name, pairs, all, colour }, i) => {
    const [x, y] = across === 2 ? [i * columnWidth, top] : [0, i === 0 ? top : bottom + 14]
    bottom = Math.max(bottom, y + 25 + pairs.length * rowHeight)
    const caption =
      all === 0
        ? 'none'
        : pairs.length === all
          ? `all ${count(all)}`
          : `the worst ${pairs.length} of ${count(all)}`
    const head = `<path d="M${x},${y + 6}h20" stroke="${colour}" stroke-width="3" /><text x="${x + 26}" y="${y + 10}" font-weight="600">${name}: ${caption}</text>`
    return (
      head + pairs.map((pair, k) => pairRow(pair, { x, y: y + 21 + k * rowHeight, hasPictures })).join('')
    )
  })
  const foot = peopleLines.map((line, i) => `<text y="${bottom + 14 + 16 * i}">${escapeText(line)}</text>`)
  const natural = {
    width: full,
    height: bottom + (foot.length === 0 ? 4 : 10 + 16 * foot.length),
  }
  const words = kinds.map(({ name, pairs, all }) => {
    const worst = pairs[0]
    return worst === undefined
      ? `${name}: none.`
      : `${name}: ${count(all)}, the worst at ${worst.score} (threshold ${worst.threshold}).`
  })
  const svg = svgText(
    { title, description: description ?? [...words, people].join(' ').trim(), ...natural },
    [
      `<g font-size="12">${titleText(titles, { size: 15, top: 13, rowHeight: 19 })}${columns.join('')}${foot.join('')}</g>`,
    ],
  )
  return scaledTo(svg, width)
}

const count = (value: number): string => value.toLocaleString('en')

function pairRow(
  { left, right, score, threshold, pictures }: WorstPair,
  { x, y, hasPictures }: { readonly x: number; readonly y: number; readonly hasPictures: boolean },
): string {
  const images = (hasPictures ? [0, 1] : []).map((i) => {
    const [at, data] = [x + i * (picture.width + 3), pictures?.[i]]
    if (data === undefined || !/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(data))
      return `<rect x="${at}" y="${y}" width="${picture.width}" height="${picture.height}" fill="none" stroke="currentColor" stroke-opacity="0.4" />`
    return `<image x="${at}" y="${y}" width="${picture.width}" height="${picture.height}" preserveAspectRatio="xMidYMid slice" href="${data}" />`
  })
  const from = x + (hasPictures ? 2 * picture.width + 12 : 0)
  const end = x + columnWidth - 24
  const name = (text: string, line: number) =>
    `<text x="${from}" y="${y + 12 + 15 * line}" font-size="11">${escapeText(shortened(text, end - from - 76))}</text>`
  return `${images.join('')}${name(left, 0)}${name(right, 1)}<text x="${end}" y="${y + 12}" text-anchor="end" font-weight="600">${escapeText(score)}</text><text x="${end}" y="${y + 27}" text-anchor="end" font-size="11">limit ${escapeText(threshold)}</text>`
}

/** A name with its beginning cut off where it is wider than `width` pixels: the end tells images apart. */
function shortened(text: string, width: number): string {
  let characters = [...text]
  if (textWidth(text, 11) <= width) return text
  while (characters.length > 1 && textWidth(`…${characters.join('')}`, 11) > width)
    characters = characters.slice(1)
  return `…${characters.join('')}`
}
