import { DataError, ShapeError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import type { FeatureSource } from './feature-rows.ts'
import { findMates } from './mates.ts'
import type { PassProbes } from './pass.ts'
import { longestAllowed, longRows, type Rows, squaredNorms } from './score.ts'
import type { TallyPlan } from './tally.ts'

/** The probes of a plan as the passes want them. @throws ShapeError, DataError */
export function passProbes({ probes, labels }: TallyPlan, source: FeatureSource): PassProbes {
  if (labels.length !== probes.rows)
    throw new ShapeError(`tally: expected a label for each of ${probes.rows} probes, got ${labels.length}`)
  if (source.columns !== probes.columns)
    throw new ShapeError(`tally: expected distractors of ${probes.columns} numbers, got ${source.columns}`)
  const rows = rowsOf(probes)
  const at = rows.data.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new DataError(
      `tally: expected finite numbers in probe ${Math.floor(at / rows.columns)}, got ${rows.data[at]}`,
    )
  const norms = squaredNorms(rows)
  const tooLong = norms.findIndex((norm) => norm > longestAllowed ** 2)
  if (tooLong >= 0)
    throw new DataError(
      `tally: expected features shorter than ${longestAllowed}, got ${Math.sqrt(norms[tooLong]!)} for probe ${tooLong}`,
    )
  // Shared with the threads, not copied for each.
  const shared = new Float32Array(new SharedArrayBuffer(rows.data.byteLength))
  shared.set(rows.data)
  return {
    rows: { data: shared, columns: rows.columns },
    count: probes.rows,
    norms,
    ...longRows(norms),
    mates: findMates(rows, labels),
  }
}

/** The numbers of a matrix as float32. */
export const rowsOf = ({ data, columns }: Matrix): Rows => ({
  data: data instanceof Float32Array ? data : Float32Array.from(data),
  columns,
})
