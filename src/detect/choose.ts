import type { Face } from './face.ts'

/** Which face of a picture is meant: the one with the largest box, or the one whose box lies nearest the middle. */
export const CHOICES = ['largest', 'central'] as const

/** One of `CHOICES`. */
export type Choice = (typeof CHOICES)[number]

/**
 * The one face that a picture is taken to be of, or undefined where there is none. `largest`: by the area of the box;
 * `central`: by the distance of the box's middle from the picture's. Of equals the earlier is taken, so the one of
 * the higher score in what a detector returns.
 */
export function choose(
  faces: readonly Face[],
  by: Choice,
  { width, height }: { readonly width: number; readonly height: number },
): Face | undefined {
  const rank = ({ box }: Face): number =>
    by === 'largest'
      ? -box.width * box.height
      : Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2)
  let best: Face | undefined
  for (const face of faces) if (best === undefined || rank(face) < rank(best)) best = face
  return best
}
