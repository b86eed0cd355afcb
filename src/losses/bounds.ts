import { capAngle } from './sphere-cap.ts'

/** How far apart the centres of classes can be at best, and so how large a margin can be met (Wang et al. 2018, eq. 7). */
export interface MarginBound {
  /** The margin is at most this; below it if `open`. */
  readonly bound: number
  readonly open: boolean
  /** Whether `bound` is attained; without a closed form the true limit is lower and not known in general. */
  readonly closedForm: boolean
}

/**
 * The least scale s at which a sample in its class centre can have the posterior `posterior` (0 … 1) among `classes` ≥ 2
 * (Wang et al. 2018, eq. 6).
 */
export function scaleLowerBound(classes: number, posterior: number): number {
  return ((classes - 1) / classes) * Math.log(((classes - 1) * posterior) / (1 - posterior))
}

/** The largest cosine margin that `classes` ≥ 2 can all meet in `dimensions` ≥ 2 (Wang et al. 2018, eq. 7). */
export function marginUpperBound(classes: number, dimensions: number): MarginBound {
  if (dimensions === 2) return { bound: 1 - Math.cos((2 * Math.PI) / classes), open: false, closedForm: true }
  if (classes <= dimensions + 1) return { bound: classes / (classes - 1), open: false, closedForm: true }
  // Up to 2K centres fit on the axes, at right angles; more have two closer than that.
  return { bound: 1, open: classes > 2 * dimensions, closedForm: false }
}

/** Between what the largest margin lies where no closed form is known. */
export interface MarginLimits {
  /** So many classes can meet this much. */
  readonly atLeast: number
  /** No so many can meet more. */
  readonly atMost: number
}

/**
 * What is known of the largest cosine margin for `classes` ≥ 2 in `dimensions` ≥ 2 by counting caps on the sphere. Centres may
 * be placed one by one, each outside the caps of the others, as long as the caps of C − 1 do not cover it (the argument of
 * Gilbert 1952, on the sphere Shannon 1959); and caps of half the angle between centres may not overlap. Up to 2K classes the
 * best is known, and both are it.
 */
export function marginLimits(classes: number, dimensions: number): MarginLimits {
  const { bound, closedForm } = marginUpperBound(classes, dimensions)
  // Of K + 2 to 2K centres two are at no more than a right angle (Rankin 1955), and the axes attain it.
  if (closedForm || classes <= 2 * dimensions) return { atLeast: bound, atMost: bound }
  const apart = capAngle(1 / (classes - 1), dimensions)
  const packed = 2 * capAngle(1 / classes, dimensions)
  return { atLeast: 1 - Math.cos(apart), atMost: Math.min(bound, 1 - Math.cos(Math.min(Math.PI, packed))) }
}

/** Where training fails in practice, whatever the bound says. */
const practicalMargin = 0.45

/**
 * What speaks against a scale `s` (null where features keep their length) and a cosine margin `m` for so many classes and
 * dimensions: one line each, none if nothing does. `posterior` is what a class centre should reach.
 */
export function boundWarnings(
  { s, m, classes, dimensions }: { s: number | null; m: number; classes: number; dimensions: number },
  { posterior = 0.9 } = {},
): string[] {
  const warnings: string[] = []
  const least = scaleLowerBound(classes, posterior)
  if (s !== null && s < least)
    warnings.push(
      `scale: ${classes} classes need at least ${least.toFixed(2)} for a posterior of ${posterior} at a class centre, got ${s}`,
    )
  const { bound, open } = marginUpperBound(classes, dimensions)
  if (m > bound || (open && m === bound))
    warnings.push(
      `margin: ${classes} classes in ${dimensions} dimensions cannot all meet ${open ? `${bound} or more` : `more than ${Number(bound.toFixed(4))}`}, got ${m}`,
    )
  else if (m > practicalMargin)
    warnings.push(`margin: training often fails above ${practicalMargin}, got ${m}`)
  return warnings
}
