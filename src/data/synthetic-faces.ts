import { UsageError } from '../errors.ts'
import { renderFace } from './synthetic-face.ts'
import { type Person, syntheticPerson } from './synthetic-person.ts'

/** Which faces to render: persons `firstPerson` … `firstPerson + people − 1` of a seed, images 0 … of each. */
export interface FacesOptions {
  readonly people: number
  readonly imagesPerPerson: number
  /** Default 0. */
  readonly seed?: number
  /** Default 56. */
  readonly height?: number
  /** Default 48. */
  readonly width?: number
  /** Default 0. */
  readonly firstPerson?: number
  /** Scales what changes from image to image: 0 nothing, default 1. */
  readonly difficulty?: number
  /** Called with the number of images done and their total, after every 32 images and after the last. */
  readonly onProgress?: (done: number, total: number) => void
}

/** RGB pictures `pixels` [N, height, width, 3] and the person of each, `labels` [N], counted from 0. */
export interface Faces {
  readonly pixels: Uint8Array
  readonly labels: Int32Array
  readonly height: number
  readonly width: number
}

const block = 32

/**
 * Renders `people` · `imagesPerPerson` faces, person by person. The same options give the same bytes, and a crowd can
 * be rendered in parts: a person's pictures depend on the seed and the person's number alone.
 * @throws UsageError where a number is outside its domain.
 */
export function syntheticFaces(options: FacesOptions): Faces {
  const faces = blank(options)
  for (const done of fill(faces, options)) options.onProgress?.(done, faces.labels.length)
  return faces
}

/**
 * As `syntheticFaces`, but gives way to other work after every 32 images, so that a page or a prompt stays alive; there
 * `signal` stops it.
 * @throws UsageError where a number is outside its domain (the promise rejects).
 * @throws the signal's reason.
 */
export async function syntheticFacesAsync(
  options: FacesOptions & { readonly signal?: AbortSignal },
): Promise<Faces> {
  const faces = blank(options)
  for (const done of fill(faces, options)) {
    options.onProgress?.(done, faces.labels.length)
    await new Promise((resolve) => setTimeout(resolve, 0))
    options.signal?.throwIfAborted()
  }
  return faces
}

/** The arrays to fill. */
function blank({ people, imagesPerPerson, height = 56, width = 48, firstPerson = 0 }: FacesOptions): Faces {
  const least = { people: 1, imagesPerPerson: 1, height: 1, width: 1, firstPerson: 0 }
  for (const [name, value] of Object.entries({ people, imagesPerPerson, height, width, firstPerson })) {
    const low = least[name as keyof typeof least]
    if (!(Number.isInteger(value) && value >= low)) {
      throw new UsageError(`syntheticFaces: ${name} must be an integer of ${low} or more, got ${value}`)
    }
  }
  const total = people * imagesPerPerson
  return { pixels: new Uint8Array(total * height * width * 3), labels: new Int32Array(total), height, width }
}

/** Renders block by block; yields the number of images done. */
function* fill(faces: Faces, options: FacesOptions): Generator<number> {
  const { pixels, labels, height, width } = faces
  const { imagesPerPerson, seed = 0, firstPerson = 0, difficulty = 1 } = options
  let person: Person | undefined
  for (let n = 0; n < labels.length; n++) {
    const label = Math.floor(n / imagesPerPerson)
    const image = n % imagesPerPerson
    if (image === 0) person = syntheticPerson(seed, firstPerson + label)
    renderFace(person!, { seed, image, height, width, difficulty }, pixels, n * height * width * 3)
    labels[n] = label
    if ((n + 1) % block === 0 || n + 1 === labels.length) yield n + 1
  }
}
