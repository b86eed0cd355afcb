import { boundWarnings, marginLimits, marginUpperBound, scaleLowerBound } from './bounds.ts'

/** What is asked of the bounds. */
export interface BoundsQuestion {
  readonly classes: number
  readonly dimensions: number
  /** The posteriors wanted at a class centre, each below 1. */
  readonly posteriors: readonly number[]
  /** A choice to judge. */
  readonly s?: number | undefined
  readonly m?: number | undefined
}

/** The margin that Wang et al. 2018 found best. */
const usual = 0.35

/** The bounds of s and m for so many classes and dimensions, in words, a line each (Wang et al. 2018, eqs. 6 and 7). */
export function boundsText({ classes, dimensions, posteriors, s, m }: BoundsQuestion): string[] {
  const count = classes.toLocaleString('en')
  const lines = posteriors.map(
    (posterior) =>
      `scale: s must be at least ${scaleLowerBound(classes, posterior).toFixed(2)} for a posterior of ${posterior} at a class centre among ${count} classes`,
  )
  lines.push(`margin: ${marginWords(classes, dimensions)}`)
  const isReachable = marginLimits(classes, dimensions).atMost >= usual
  lines.push(
    `practice: ${usual} is where LMCL does best${isReachable ? '' : ', with room for it: here not all classes can meet it'}, and training often fails beyond 0.45`,
  )
  if (s !== undefined || m !== undefined) {
    // The first of the posteriors is what a choice is held to.
    const warnings = boundWarnings(
      { s: s ?? null, m: m ?? 0, classes, dimensions },
      { posterior: posteriors[0]! },
    )
    const choice = [s === undefined ? [] : [`s ${s}`], m === undefined ? [] : [`m ${m}`]].flat().join(' and ')
    lines.push(
      ...(warnings.length > 0
        ? warnings.map((text) => `against it: ${text}`)
        : [`nothing speaks against ${choice}`]),
    )
  }
  return lines
}

function marginWords(classes: number, dimensions: number): string {
  const count = classes.toLocaleString('en')
  const { bound, closedForm } = marginUpperBound(classes, dimensions)
  if (closedForm)
    return `m can be at most ${number(bound)}: the centres of ${count} classes in ${dimensions} dimensions are at best ${degreesOf(bound)}° from the nearest (${
      dimensions === 2 ? 'spread evenly on the circle' : 'a regular simplex'
    })`
  const known = `no closed form for ${count} classes in ${dimensions} dimensions (more than ${dimensions} + 1)`
  if (classes <= 2 * dimensions)
    return `${known}, but up to ${2 * dimensions} classes fit on the axes, 90° apart: m can be at most 1`
  const { atLeast, atMost } = marginLimits(classes, dimensions)
  const most = atMost < bound ? `${number(atMost)} (${degreesOf(atMost)}° apart, caps would overlap)` : '1'
  const tail =
    atMost < bound
      ? ''
      : `, which it does not reach: of more than ${2 * dimensions} centres two are closer than 90°`
  return `${known}; the largest m is known to lie between ${number(atLeast)} (centres ${degreesOf(atLeast)}° apart fit) and ${most}${tail}`
}

/** Four places, or two digits where those would say nothing. */
const number = (value: number): string => (value < 0.001 ? value.toPrecision(2) : value.toFixed(4))

/** The angle of centres that meet a margin, in degrees. */
const degreesOf = (m: number): string => {
  const degrees = (Math.acos(1 - m) * 180) / Math.PI
  return degrees < 0.1 ? degrees.toPrecision(2) : degrees.toFixed(1)
}
