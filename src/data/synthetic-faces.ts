import { UsageError } from '../errors.ts'
import { renderFace } from './synthetic-face.ts'
import { syntheticPerson } from './synthetic-person.ts'

/** Which faces to render: persons `firstPerson` … `firstPerson + people − 1` of a seed, images 0 … of each. */
export interface FacesOptions {
  readonly people: number
  readonly imagesPerPerson: number
  readonly seed?: number
  readonly height?: number
  readonly width?: number
  readonly firstPerson?: number
  readonly difficulty?: number
  /** Called after each person with the number of images done and their total. */
  readonly onProgress?: (done: number, total: number) => void
}

/** RGB pictures `pixels` [N, height, width, 3] and the person of each, `labels` [N], counted from 0. */
export interface Faces {
  readonly pixels: Uint8Array
  readonly labels: Int32Array
  readonly height: number
  readonly width: number
}

/**
 * Renders `people` · `imagesPerPerson` faces, person by person (N of them; 56 × 48 by default, seed 0).
 * The same options give the same bytes, and ranges of persons of one seed can be rendered apart.
 * @throws UsageError where a count is no positive integer.
 */
export function syntheticFaces(options: FacesOptions): Faces {
  const { faces, person } = plan(options)
  for (let label = 0; label < options.people; label++) person(label)
  return faces
}

/** As `syntheticFaces`, but gives way to other work after each person, so that a page or a prompt stays alive. */
export async function syntheticFacesAsync(options: FacesOptions): Promise<Faces> {
  const { faces, person } = plan(options)
  for (let label = 0; label < options.people; label++) {
    person(label)
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return faces
}

/** The arrays to fill, and what renders one person into them. */
function plan(options: FacesOptions): { faces: Faces; person: (label: number) => void } {
  const { people, imagesPerPerson, seed = 0, height = 56, width = 48, firstPerson = 0 } = options
  for (const [name, value] of Object.entries({ people, imagesPerPerson, height, width })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new UsageError(`syntheticFaces: ${name} must be an integer of 1 or more, got ${value}`)
    }
  }
  const total = people * imagesPerPerson
  const size = height * width * 3
  const faces = { pixels: new Uint8Array(total * size), labels: new Int32Array(total), height, width }
  const { difficulty = 1, onProgress } = options
  const person = (label: number): void => {
    const identity = syntheticPerson(seed, firstPerson + label)
    for (let image = 0; image < imagesPerPerson; image++) {
      const at = label * imagesPerPerson + image
      renderFace(identity, { seed, image, height, width, difficulty }, faces.pixels, at * size)
      faces.labels[at] = label
    }
    onProgress?.((label + 1) * imagesPerPerson, total)
  }
  return { faces, person }
}
