import { genuineStyle, impostorStyle } from './colours.ts'

/** Pairs counted by angle, and the two angles that the criterion compares; in degrees. */
export interface AngleCounts {
  readonly within: ArrayLike<number>
  readonly between: ArrayLike<number>
  readonly binDegrees: number
  /** NaN without pairs. */
  readonly largestWithin: number
  readonly smallestBetween: number
}

/** Where a strip lies. */
interface StripPlace {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const shownDegrees = 4

/**
 * A small histogram over 0 … 180 degrees of the angles within classes and between them, each kind adding up to 1, with a tick
 * for the largest angle within and the smallest between. As SVG inside another.
 */
export function angleStrip(counts: AngleCounts, { x, y, width, height }: StripPlace): string {
  const at = (angle: number) => fixed(x + (angle / 180) * width)
  const kinds = [
    { bars: shares(counts.between, counts.binDegrees), style: impostorStyle, end: counts.smallestBetween },
    { bars: shares(counts.within, counts.binDegrees), style: genuineStyle, end: counts.largestWithin },
  ]
  const top = Math.max(1e-9, ...kinds.flatMap(({ bars }) => bars))
  const drawn = kinds.map(({ bars, style: { colour, dashes }, end }) => {
    const corners = bars.map((share, i) => {
      const level = fixed(y + height - (share / top) * (height - 8))
      return `V${level}H${at(Math.min(180, (i + 1) * shownDegrees))}`
    })
    const line = `M${at(0)},${fixed(y + height)}${corners.join('')}V${fixed(y + height)}`
    const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
    const mark = Number.isFinite(end)
      ? `<path d="M${at(end)},${fixed(y)}V${fixed(y + height)}" stroke="${colour}" stroke-width="1.4"${dash} />`
      : ''
    return `<path d="${line}" fill="${colour}" fill-opacity="0.22" stroke="${colour}" stroke-width="1.3"${dash} />${mark}`
  })
  const ticks = [0, 60, 120, 180].map((angle) => {
    const anchor = angle === 0 ? 'start' : angle === 180 ? 'end' : 'middle'
    return `<path d="M${at(angle)},${fixed(y + height)}v3" stroke="currentColor" /><text x="${at(angle)}" y="${fixed(y + height + 13)}" text-anchor="${anchor}">${angle}°</text>`
  })
  const axis = `<path d="M${at(0)},${fixed(y + height)}H${at(180)}" stroke="currentColor" />`
  return `<g fill="none">${drawn.join('')}${axis}</g><g font-size="9.5">${ticks.join('')}</g>`
}

/** Counts in fine bins as shares in bins of four degrees. */
function shares(counts: ArrayLike<number>, binDegrees: number): number[] {
  const wide = new Array<number>(180 / shownDegrees).fill(0)
  let total = 0
  for (let i = 0; i < counts.length; i++) {
    wide[Math.min(wide.length - 1, Math.floor((i * binDegrees) / shownDegrees))]! += counts[i]!
    total += counts[i]!
  }
  return wide.map((count) => (total > 0 ? count / total : 0))
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10)
