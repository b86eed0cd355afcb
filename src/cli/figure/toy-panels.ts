import type { SpherePanel } from '../../figures/sphere-figure.ts'
import { marginUpperBound } from '../../losses/index.ts'
import { angleQuantile, classAngles } from '../../math/class-angles.ts'
import { dotRows, unitRows } from '../../math/matrix.ts'
import type { ToyResult } from './toy-training.ts'

/** A result as a picture of the sphere shows it: with the angles of its pairs, and what an LMCL margin came to. */
export function spherePanel(result: ToyResult): SpherePanel {
  const { loss, features, prototypes, labels, classNames } = result
  const counted = classAngles(features, labels)
  const m = loss.key.startsWith('lmcl:') ? loss.margin : undefined
  const notes: string[] = []
  if (m !== undefined && m > 0) {
    const { bound } = marginUpperBound(classNames.length, features.columns)
    const limit = m > bound ? ` (the most possible is ${bound.toFixed(2)})` : ''
    notes.push(`margin met by ${Math.floor(100 * marginMet(result, m))} %${limit}`)
  }
  return {
    title: loss.title,
    features: features.data,
    prototypes: prototypes.data,
    labels,
    dimensions: features.columns,
    classNames,
    angles: {
      ...counted,
      // The end of a bin may lie beyond all that is in it.
      within99: Math.min(counted.largestWithin, angleQuantile(counted.within, 0.99, counted)),
      between1: Math.max(counted.smallestBetween, angleQuantile(counted.between, 0.01, counted)),
    },
    notes,
  }
}

/** The share of the points whose cosine to the own prototype is greater by `m` than that to any other. */
function marginMet({ features, prototypes, labels }: ToyResult, m: number): number {
  const [x, W] = [unitRows(features), unitRows(prototypes)]
  let met = 0
  for (let i = 0; i < x.rows; i++) {
    const own = dotRows(x, i, W, labels[i]!)
    let isMet = true
    for (let c = 0; c < W.rows; c++) if (c !== labels[i] && own - dotRows(x, i, W, c) < m) isMet = false
    if (isMet) met++
  }
  return met / x.rows
}
