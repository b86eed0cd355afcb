import type { Faces } from '../data/index.ts'
import type { FaceRow } from '../figures/index.ts'
import { encodePng, encodeWebp } from '../image/index.ts'
import { type LossReport, worstErrors } from '../report/index.ts'

/** What the pictures need to know of how much was rendered. */
interface Plan {
  readonly groups: { readonly training: number }
  readonly imagesPerPerson: number
}

/** The name of each image of those who are tested; people are counted on from those who are learnt from. */
export function namesOf({ labels }: Faces, { groups, imagesPerPerson }: Plan): string[] {
  return Array.from(
    labels,
    (label, i) => `person ${groups.training + label + 1}/image ${(i % imagesPerPerson) + 1}`,
  )
}

/** The pictures of the pairs that were judged worst, as data URIs by name. */
export async function worstPictures(
  reports: readonly LossReport[],
  faces: Faces,
  plan: Plan,
): Promise<ReadonlyMap<string, string>> {
  const { pixels, height, width } = faces
  const size = height * width * 3
  const pictures = new Map<string, string>()
  const names = new Map(namesOf(faces, plan).map((name, i) => [name, i]))
  for (const { pairs, result } of reports) {
    const { accepted, refused } = worstErrors(pairs, { variant: result.variant })
    for (const name of [...accepted, ...refused].flatMap(({ left, right }) => [left, right])) {
      if (pictures.has(name)) continue
      const at = names.get(name)! * size
      const bytes = await encodeWebp(pixels.subarray(at, at + size), { height, width })
      pictures.set(name, `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`)
    }
  }
  return pictures
}

/** A few people with a few images each, as PNG. */
export async function sampleRows(
  { pixels, height, width }: Faces,
  { imagesPerPerson }: Plan,
): Promise<FaceRow[]> {
  const size = height * width * 3
  return Promise.all(
    [0, 1, 2, 3].map(async (person) => ({
      name: `person ${person + 1}`,
      images: await Promise.all(
        Array.from({ length: Math.min(8, imagesPerPerson) }, (_, i) => {
          const at = (person * imagesPerPerson + i) * size
          return encodePng(pixels.subarray(at, at + size), { height, width })
        }),
      ),
    })),
  )
}
