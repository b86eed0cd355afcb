/**
 * Writes the lists of MegaFace for a folder of people, so that the protocol can be run on any faces: the first people are
 * probes, the images of all others distractors.
 *
 *     npx node docs/megaface-lists.ts runs/small/faces/testing runs/small/lists 20
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [images, out, probePeople = '20'] = process.argv.slice(2)
if (images === undefined || out === undefined)
  throw new Error('megaface-lists: expected a folder of people and a folder for the lists')
const people = readdirSync(images).sort()
const imagesOf = (names: readonly string[]): string[] =>
  names.flatMap((name) =>
    readdirSync(join(images, name))
      .map((image) => `${name}/${image}`)
      .sort(),
  )
const probes = imagesOf(people.slice(0, Number(probePeople)))
const distractors = imagesOf(people.slice(Number(probePeople)))
mkdirSync(out, { recursive: true })
const write = (name: string, list: object): void => writeFileSync(join(out, name), JSON.stringify(list))
write('probes.json', { path: probes, id: probes.map((path) => path.slice(0, path.lastIndexOf('/'))) })
for (const size of [10, 100, distractors.length])
  write(`megaface_features_list.json_${size}_1`, { path: distractors.slice(0, size) })
