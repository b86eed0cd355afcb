import { parseLfwPairs } from '../../src/evaluate/index.ts'
import { rng } from '../../src/math/rng.ts'
import { expectOneClearLine, mutateText } from '../data/mutate.ts'

const names = Array.from({ length: 24 }, (_, i) => (i % 3 ? `Person_${i}` : `Person ${i}`))
const block = (folds: number, header: string) => {
  const size = names.length / folds
  const lines = Array.from({ length: folds }, (_, fold) => {
    const own = names.slice(fold * size, (fold + 1) * size)
    return [
      ...own.map((name) => `${name}\t1\t2`),
      ...own.map((name, i) => `${name}\t3\t${names[(fold * size + i + 1) % names.length]}\t1`),
    ]
  })
  return `${header}${lines.flat().join('\n')}\n`
}
const texts = [block(4, '4\t6\n'), block(1, '24\n'), block(1, '')]

/** Reads `count` seeded mutations of LFW's lists: each is pairs that fit together, or refused in one clear line. */
export function mutateLfwPairs({ count, seed }: { readonly count: number; readonly seed: number }): void {
  for (let i = 0; i < count; i++) {
    const random = rng(seed, i)
    const text = mutateText(texts[random.below(texts.length)]!, random)
    try {
      const { images, left, right, same, foldOf, folds } = parseLfwPairs(text, { where: 'x.txt' })
      for (const p of same.keys())
        if (!(left[p]! < images.length && right[p]! < images.length && foldOf[p]! < folds && same[p]! < 2))
          throw new Error(`mutation ${i}: pair ${p} does not fit`)
    } catch (error) {
      expectOneClearLine(error, 'x.txt', `mutation ${i}`)
    }
  }
}
