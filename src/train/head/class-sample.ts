import { UsageError } from '../../errors.ts'
import type { Random } from '../../math/rng.ts'

/** Classes that a step looks at, and where the batch's own are among them. */
export interface ClassSample {
  /** `count` classes, in rising order. */
  readonly classes: Int32Array
  /** For each label its place in `classes`. */
  readonly labels: Int32Array
}

/** How many of `classes` a step with `ratio` looks at: never fewer than a batch may have. @throws UsageError */
export function sampleCount(classes: number, { ratio, batch }: { ratio: number; batch: number }): number {
  if (!(ratio > 0 && ratio <= 1))
    throw new UsageError(`head: sampleRatio must be above 0 and at most 1, got ${ratio}`)
  return Math.min(classes, Math.max(batch, Math.round(ratio * classes)))
}

/**
 * The classes of one step (Partial FC, An et al. 2021): those of the batch's `labels`, and others drawn from the rest without
 * return, each as likely, so that there are `count` of `all`. One pass (Knuth's algorithm S), a pure function of the stream.
 */
export function sampleClasses(
  labels: Int32Array,
  { all, count, random }: { all: number; count: number; random: Random },
): ClassSample {
  const place = new Map<number, number>()
  for (const label of labels) place.set(label, -1)
  const classes = new Int32Array(count)
  let wanted = count - place.size
  let left = all - place.size
  let taken = 0
  for (let c = 0; taken < count; c++) {
    if (place.has(c)) place.set(c, taken)
    else if (random.uniform() * left-- < wanted) wanted--
    else continue
    classes[taken++] = c
  }
  return { classes, labels: labels.map((label) => place.get(label)!) }
}
