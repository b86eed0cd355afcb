import { type Pairs, parsePairsList, parseYtfSplits } from '../../src/evaluate/index.ts'
import { rng } from '../../src/math/rng.ts'
import { expectOneClearLine, mutateText } from '../data/mutate.ts'

const names = Array.from({ length: 24 }, (_, i) => `Person ${i}`.replace(' ', i % 2 ? '_' : '-'))

/** Each reader of lists with lists that it reads. */
const readers: Readonly<Record<string, { parse: (text: string) => Pairs; texts: readonly string[] }>> = {
  pairs: {
    parse: (text) => parsePairsList(text, { where: 'x.txt', folds: 3 }),
    texts: [
      names
        .flatMap((name, i) => [
          `${name}/1.jpg ${name}/2.jpg 1`,
          `"${name}/1.jpg" ${names[(i + 1) % 24]}/2.jpg 0`,
        ])
        .join('\n'),
      names.map((name, i) => `${name}/1.jpg\t${names[(i + 1) % 24]}/2.jpg\t${i % 2}\t${i % 5}`).join('\r\n'),
    ],
  },
  ytf: {
    parse: (text) => parseYtfSplits(text, { where: 'x.txt' }),
    texts: [
      names
        .flatMap((name, i) => [
          `${1 + (i % 4)}, ${i}, ${name}/0, ${name}/1, 1`,
          `${1 + (i % 4)}, ${i}, ${name}/0, ${names[(i + 1) % 24]}/1, 0`,
        ])
        .join('\n'),
    ],
  },
}

/** Reads `count` seeded mutations of lists: each is read as pairs that fit together, or refused in one clear line. */
export function mutateLists(
  reader: keyof typeof readers,
  { count, seed }: { readonly count: number; readonly seed: number },
): void {
  const { parse, texts } = readers[reader]!
  for (let i = 0; i < count; i++) {
    const random = rng(seed, i)
    const text = mutateText(texts[random.below(texts.length)]!, random)
    try {
      checkPairs(parse(text))
    } catch (error) {
      expectOneClearLine(error, 'x.txt', `mutation ${i}`)
    }
  }
}

function checkPairs({ images, left, right, same, foldOf, folds }: Pairs): void {
  for (const p of same.keys())
    if (
      !(
        left[p]! < images.length &&
        right[p]! < images.length &&
        left[p] !== right[p] &&
        foldOf[p]! < folds &&
        same[p]! < 2
      )
    )
      throw new Error(`pair ${p} does not fit: ${[left[p], right[p], same[p], foldOf[p]]}`)
}
