import { ShapeError } from '../errors.ts'
import { type Matrix, unitRows } from '../math/matrix.ts'

/** Means of frames by video, made frame by frame. */
export interface FrameMeans {
  /** Adds embeddings [n, D] of any length, the frames of the given videos [n]; each counts with length 1, zeros as zeros. */
  add(embeddings: Matrix, videos: ArrayLike<number>): void
  /** The mean of a video's frames, as float32 [D]; undefined where it had none. Frees its sum. */
  close(video: number): Float32Array | undefined
}

/**
 * Sums frame embeddings of length 1 by video, in float64 and in the order in which they come; no more than the sums of the
 * open videos is held.
 */
export function frameMeans(): FrameMeans {
  const open = new Map<number, { sum: Float64Array; frames: number }>()
  return {
    add(embeddings, videos) {
      const { data, rows, columns } = unitRows(embeddings)
      if (videos.length !== rows)
        throw new ShapeError(`frameMeans: expected a video for each of ${rows} frames, got ${videos.length}`)
      for (let i = 0; i < rows; i++) {
        const entry = open.get(videos[i]!) ?? { sum: new Float64Array(columns), frames: 0 }
        if (entry.sum.length !== columns)
          throw new ShapeError(`frameMeans: expected ${entry.sum.length} numbers a frame, got ${columns}`)
        for (let k = 0; k < columns; k++) entry.sum[k]! += data[i * columns + k]!
        entry.frames++
        open.set(videos[i]!, entry)
      }
    },
    close(video) {
      const entry = open.get(video)
      open.delete(video)
      return entry && Float32Array.from(entry.sum, (value) => value / entry.frames)
    },
  }
}
