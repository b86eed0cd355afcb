/** A line of a figure: its name, and its points in order. */
export interface Curve {
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/** What an evaluation draws. */
export interface EvaluationCurves {
  /** x false accept rate, y true accept rate, both rising. */
  readonly roc?: readonly Curve[]
  /** x false match (or positive identification) rate, y false non-match (or negative identification) rate. */
  readonly det?: readonly Curve[]
  /** x rank from 1, y share found at that rank or a better one. */
  readonly cmc?: readonly Curve[]
  readonly scores?: { readonly genuine: ArrayLike<number>; readonly impostor: ArrayLike<number> }
}

/** The CSV and SVG files of the curves, by name. */
export function curveFiles(
  { roc, det, cmc }: EvaluationCurves,
  { notice }: { readonly title: string; readonly notice?: string | undefined },
): Record<string, string> {
  const files: Record<string, string> = {}
  const kinds = { roc, det, cmc }
  for (const [kind, curves] of Object.entries(kinds)) {
    if (!curves) continue
    const lines = curves.flatMap(({ name, x, y }) =>
      Array.from({ length: x.length }, (_, i) => `${name},${x[i]},${y[i]}`),
    )
    files[`${kind}.csv`] = `${[...(notice ? [`# ${notice}`] : []), 'curve,x,y', ...lines].join('\n')}\n`
  }
  return files
}
