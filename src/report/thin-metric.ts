import type { ReportMetric } from './report-input.ts'

/** A metric in at most so many points, each the mean of a block of neighbouring finite values, and how many values were not finite. */
export interface ThinMetric {
  readonly steps: number[]
  readonly values: number[]
  readonly skipped: number
}

/** Makes a long metric short enough for a page: what lies closer together than a pixel is averaged. */
export function thinMetric({ steps, values }: ReportMetric, { most = 300 } = {}): ThinMetric {
  const block = Math.max(1, Math.ceil(steps.length / most))
  const thin: ThinMetric = { steps: [], values: [], skipped: 0 }
  let skipped = 0
  for (let start = 0; start < steps.length; start += block) {
    let [total, at, finite] = [0, 0, 0]
    for (let i = start; i < Math.min(start + block, steps.length); i++) {
      if (!Number.isFinite(values[i])) {
        skipped++
        continue
      }
      total += values[i]!
      at += steps[i]!
      finite++
    }
    if (finite === 0) continue
    thin.steps.push(at / finite)
    thin.values.push(total / finite)
  }
  return { ...thin, skipped }
}
