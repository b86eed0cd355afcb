import type { Picture } from '../image/decode.ts'
import type { Box } from './suppress.ts'

/** A face found in a picture, in pixels of that picture; pixel centres have whole coordinates. */
export interface Face {
  readonly box: Box
  /**
   * Left eye, right eye, nose, left and right mouth corner as seen in the picture, [5, 2] row-major: x, y, x, y, …
   * They may lie outside the picture.
   */
  readonly points: readonly number[]
  /** How sure the detector is, in [0, 1]. */
  readonly score: number
}

/** How to look for faces. */
export interface DetectOptions {
  /** A face's score is above this, in [0, 1). */
  readonly minScore?: number
  /** Of two boxes that overlap by more (intersection over union), the better is kept. */
  readonly iou?: number
  /** The most candidates that are looked at, best first. */
  readonly topK?: number
  /** The longer side, in pixels, to which larger pictures are shrunk first; Infinity never shrinks. */
  readonly maxSide?: number
}

/** Finds the faces in a picture, best first. */
export type Detect = (picture: Picture, options?: DetectOptions) => Promise<Face[]>
