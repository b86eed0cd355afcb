import type { Picture } from '../image/decode.ts'
import { type Choice, choose } from './choose.ts'
import type { Detect, DetectOptions, Face } from './face.ts'

/** The size of face, as the side of a square in pixels, above which a detector's points grow unsure. */
export const LARGEST_FACE = 300

/**
 * The one face that a picture is taken to be of, or undefined where none is found. Where the picture, as the detector
 * sees it, holds no face, or one larger than `LARGEST_FACE`, it is looked at again at half the size, and so on until a
 * face larger than that does not fit in: YuNet misses close faces or puts their points some 5 % of the face off.
 */
export async function findFace(
  detect: Detect,
  picture: Picture,
  { choice = 'largest', maxSide = 1280, ...options }: DetectOptions & { readonly choice?: Choice } = {},
): Promise<Face | undefined> {
  const longer = Math.max(picture.width, picture.height)
  let found: Face | undefined
  for (let side = Math.min(maxSide, longer); ; side /= 2) {
    found = choose(await detect(picture, { ...options, maxSide: side }), choice, picture) ?? found
    const seen = found && Math.sqrt(found.box.width * found.box.height) * (side / longer)
    if (side <= LARGEST_FACE || (seen !== undefined && seen <= LARGEST_FACE)) return found
  }
}
