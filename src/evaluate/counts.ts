import { DataError, ShapeError } from '../errors.ts'

/** Scores of pairs, [P], higher for more alike. */
export type Scores = Float64Array | Float32Array

/** How many pairs of each kind are accepted at each threshold, from the strictest threshold to the most lenient. */
export interface Counts {
  /** Infinity, then each distinct score, falling: [K + 1]. A pair is accepted when its score >= threshold. */
  readonly thresholds: Float64Array
  readonly falseAccepts: Float64Array
  readonly trueAccepts: Float64Array
  readonly impostors: number
  readonly genuines: number
}

/** The scores of the genuine pairs and those of the impostor pairs, each rising. */
export interface Split {
  readonly genuine: Float64Array
  readonly impostor: Float64Array
}

/**
 * Parts the scores [P] by `same` [P] (1 genuine, 0 impostor) and sorts both parts; `where` opens the messages.
 * @throws ShapeError when the lengths differ; DataError at a score that is not a number or a label other than 0 and 1
 */
export function split(scores: Scores, same: Uint8Array, where = 'split'): Split {
  if (scores.length !== same.length)
    throw new ShapeError(`${where}: expected as many labels as scores (${scores.length}), got ${same.length}`)
  let genuines = 0
  for (let i = 0; i < same.length; i++) {
    if (same[i]! > 1) throw new DataError(`${where}: expected label 0 or 1 for pair ${i}, got ${same[i]}`)
    if (Number.isNaN(scores[i]))
      throw new DataError(`${where}: expected a number as score of pair ${i}, got NaN`)
    genuines += same[i]!
  }
  const genuine = new Float64Array(genuines)
  const impostor = new Float64Array(same.length - genuines)
  let g = 0
  let f = 0
  for (let i = 0; i < same.length; i++) {
    if (same[i] === 1) genuine[g++] = scores[i]!
    else impostor[f++] = scores[i]!
  }
  return { genuine: genuine.sort(), impostor: impostor.sort() }
}

/**
 * Counts the accepted pairs at each distinct score; tied scores are one threshold, and the first threshold is Infinity.
 * @throws ShapeError, DataError as `split` does
 */
export function counts(scores: Scores, same: Uint8Array, where = 'counts'): Counts {
  const { genuine, impostor } = split(scores, same, where)
  const thresholds = [Number.POSITIVE_INFINITY]
  const falseAccepts = [0]
  const trueAccepts = [0]
  let g = genuine.length
  let f = impostor.length
  while (g > 0 || f > 0) {
    const score = Math.max(
      genuine[g - 1] ?? Number.NEGATIVE_INFINITY,
      impostor[f - 1] ?? Number.NEGATIVE_INFINITY,
    )
    while (g > 0 && genuine[g - 1] === score) g--
    while (f > 0 && impostor[f - 1] === score) f--
    thresholds.push(score)
    trueAccepts.push(genuine.length - g)
    falseAccepts.push(impostor.length - f)
  }
  return {
    thresholds: Float64Array.from(thresholds),
    falseAccepts: Float64Array.from(falseAccepts),
    trueAccepts: Float64Array.from(trueAccepts),
    impostors: impostor.length,
    genuines: genuine.length,
  }
}
