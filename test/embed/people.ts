import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/** A colour of each person, far from all others. */
const colourOf = (person: number): [number, number, number] => [
  40 + 170 * (person % 2),
  40 + 85 * (Math.floor(person / 2) % 3),
  40 + 85 * (Math.floor(person / 6) % 3),
]

/** The names of people, in the order of their numbers. */
export const personName = (person: number): string => `Person_${String.fromCharCode(65 + person)}`

/**
 * Writes `<folder>/<name>/<name>_0001.jpg` as LFW names its images: the left half in the person's colour, the right half in
 * that of the next, a little lighter from image to image. Their content is PNG, so that no colour changes.
 */
export async function writePeople(
  folder: string,
  { people = 10, images = 2, height = 8, width = 6 } = {},
): Promise<void> {
  for (let person = 0; person < people; person++) {
    const name = personName(person)
    await mkdir(join(folder, name), { recursive: true })
    for (let image = 1; image <= images; image++) {
      const data = new Uint8Array(height * width * 3)
      for (let i = 0; i < height * width; i++)
        data.set(
          colourOf(i % width < width / 2 ? person : person + 1).map((value) => value + 4 * image),
          3 * i,
        )
      const file = join(folder, name, `${name}_${String(image).padStart(4, '0')}.jpg`)
      await writeFile(
        file,
        await sharp(data, { raw: { height, width, channels: 3 } })
          .png()
          .toBuffer(),
      )
    }
  }
}

/** A list of pairs without a header, as copies of view 1 come: each person with themselves, then with the next. */
export function pairsText({ people = 10 } = {}): string {
  const all = Array.from({ length: people }, (_, person) => personName(person))
  const genuine = all.map((name) => `${name}\t1\t2`)
  const impostor = all.map((name, i) => `${name}\t1\t${all[(i + 1) % people]}\t2`)
  return `${[...genuine, ...impostor].join('\n')}\n`
}
