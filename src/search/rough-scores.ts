import { dotRows, type Matrix } from '../math/matrix.ts'
import { createSession } from '../runtime/node.ts'
import { dotErrorBound } from './score.ts'
import { tileModel } from './tile-model.ts'

/** Dot products of rows with those of a gallery in float32, and how far they may lie from the sums in float64. */
export interface RoughScores {
  /** The bound, of a score, for rows of both sides that are no longer than 1. */
  readonly margin: number
  /** `data` float32 [rows, D] -> [rows, G]. */
  of(data: Float32Array): Promise<Float32Array>
  close(): Promise<void>
}

/** Fewer multiplications are done before a session is up. */
const few = 2 ** 27

/** More numbers than a model file may hold, by half. */
const many = 2 ** 28

/** Products of up to `rows` rows at a time, `searches` in all, with `gallery` [G, D], whose rows are no longer than 1. */
export async function openRoughScores(
  gallery: Matrix,
  { rows, searches }: { readonly rows: number; readonly searches: number },
): Promise<RoughScores> {
  const { data, rows: people, columns } = gallery
  const margin = dotErrorBound(columns)
  if (searches * people * columns < few || people * columns > many)
    return {
      margin,
      of: async (b) => {
        const asked = { data: b, rows, columns }
        return Float32Array.from({ length: rows * people }, (_, i) =>
          dotRows(asked, Math.floor(i / people), gallery, i % people),
        )
      },
      close: async () => {},
    }
  const turned = new Float32Array(columns * people)
  for (let g = 0; g < people; g++)
    for (let k = 0; k < columns; k++) turned[k * people + g] = data[g * columns + k]!
  const session = await createSession(tileModel(rows, turned, columns))
  return {
    margin,
    of: async (b) => {
      const { y } = await session.run({ b: { type: 'float32', shape: [rows, columns], data: b } })
      return y!.data as Float32Array
    },
    close: () => session.close(),
  }
}
