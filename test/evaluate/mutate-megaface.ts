import {
  decodePart,
  encodePart,
  findNoise,
  formatCmcFile,
  formatMatchesFile,
  parseCmcFile,
  parseMatchesFile,
  parseMegafaceDistractors,
  parseMegafaceProbes,
  parseNoise,
  trainingOverlap,
} from '../../src/evaluate/index.ts'
import { type Random, rng } from '../../src/math/rng.ts'
import { decodeFeature } from '../../src/search/index.ts'
import { expectOneClearLine, mutateBytes, mutateText } from '../data/mutate.ts'
import { featureFile } from './megaface-folder.ts'

const paths = Array.from({ length: 20 }, (_, i) => `Some_One_${i % 6}/Some_One_${i}.png`)
const ids = paths.map((path) => path.split('/')[0]!)
const noise = paths.map((path) => path.replace('.png', '.jpg').replaceAll('_', ' ')).join('\n')
const cmc = formatCmcFile({
  cmc: { rank: [0, 3, 100], recall: [0.5, 0.75, 1] },
  roc: { far: [0, 0.25, 1], tar: [0.5, 0.75, 1] },
  traditionalCmc: { rank: [1, 119], recall: [0.625, 1] },
})
const matches = formatMatchesFile(
  paths.map((_, i) => ({
    distractors: { idx: [i, 2 * i], score: [-0.25, -i] },
    probes: { idx: [1], rank: [i] },
  })),
)

/** What is mutated, and what must hold of all that is read from it. */
const readers = {
  probes: json({ path: paths, id: ids }, (text, name) => {
    const { labels, ids } = parseMegafaceProbes(text, { name })
    const people = new Set(ids).size
    return labels.length === ids.length && labels.every((label) => label >= 0 && label < people)
  }),
  distractors: json({ path: paths, id: ids }, (text, name) => {
    const list = parseMegafaceDistractors(text, { name, size: 20 })
    return list.paths.length === 20 && list.paths.every((path) => !path.split('/').includes('..'))
  }),
  cmc: json(JSON.parse(cmc), (text, name) => {
    const { roc } = parseCmcFile(text, { name })
    return [...roc.far, ...roc.tar].every((share) => share >= 0 && share <= 1)
  }),
  matches: json(JSON.parse(matches), (text, name) =>
    parseMatchesFile(text, { name }).every(({ probes }) => probes.rank.every(Number.isSafeInteger)),
  ),
  noise: (random: Random) => {
    const { named, images } = findNoise(paths, parseNoise(mutateText(noise, random)))
    return images === named.filter(Boolean).length
  },
  training: (random: Random) =>
    trainingOverlap(mutateText(noise, random), ids).shared!.every((id) => ids.includes(id)),
  features: (random: Random) => {
    const bytes = mutateBytes(featureFile([0.5, -1, 2.25], random.below(2) === 0 ? 5 : 6), random)
    const feature = decodeFeature(bytes, 'x')
    return feature.every(Number.isFinite) && 4 * feature.length <= bytes.length
  },
  part: async (random: Random) => {
    const bytes = await encodePart({
      ...{ protocol: 'megaface', run: { version: '1' }, shard: { index: 1, count: 2 }, facts: {} },
      arrays: { a: Float64Array.of(1, 2), b: Uint8Array.of(3) },
    })
    const part = await decodePart(mutateBytes(bytes, random), { name: 'x' })
    return part.shard.count === 2
  },
}

/** The kinds of file that are mutated. */
export const megafaceFiles = Object.keys(readers) as (keyof typeof readers)[]

/** Reads `count` seeded mutations of a kind of file: what is read holds together, or there is one clear line. */
export async function mutateMegaface(
  kind: keyof typeof readers,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<void> {
  for (let i = 0; i < count; i++)
    try {
      if (!(await readers[kind](rng(seed, i)))) throw new Error(`mutation ${i}: does not hold together`)
    } catch (error) {
      expectOneClearLine(error, 'x', `mutation ${i}`)
    }
}

/** Half of the mutations are of the text, half of what it means, which would else seldom be reached. */
function json(value: unknown, read: (text: string, name: string) => boolean) {
  return (random: Random): boolean => {
    const text = JSON.stringify(value, null, 1)
    return read(
      random.below(2) === 0
        ? mutateText(text, random)
        : JSON.stringify(mutateValue(structuredClone(value), random)),
      'x',
    )
  }
}

function mutateValue(value: unknown, random: Random): unknown {
  const odd = [null, -1, 1e308, 0.5, '', '../x', '/x', 'a\u2028b\0', [], {}, true, 2 ** 53, 'y'.repeat(3000)]
  if (typeof value !== 'object' || value === null || random.below(6) === 0)
    return odd[random.below(odd.length)]
  const keys = Object.keys(value)
  const key = keys[random.below(keys.length)]
  if (key === undefined) return odd[random.below(odd.length)]
  const own = value as Record<string, unknown>
  if (random.below(8) === 0) {
    if (Array.isArray(value)) value.splice(Number(key), 1)
    else delete own[key]
  } else own[key] = mutateValue(own[key], random)
  return value
}
