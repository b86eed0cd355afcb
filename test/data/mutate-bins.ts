import { readFileSync } from 'node:fs'
import { parseVerificationBin } from '../../src/data/verification-bin.ts'
import { rng } from '../../src/math/rng.ts'
import { expectOneClearLine, mutateBytes } from './mutate.ts'

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/verification-bins.json', import.meta.url), 'utf8'),
) as { cases: { name: string; protocol: number; file: string }[] }

/** Reads `count` seeded mutations of the `.bin` fixtures: each is read, or refused in one clear line. */
export function mutateBins({ count, seed }: { readonly count: number; readonly seed: number }): void {
  const files = cases.filter(({ name }) => name !== 'many').map(({ file }) => Buffer.from(file, 'base64'))
  for (let i = 0; i < count; i++) {
    const random = rng(seed, i)
    const bytes = mutateBytes(files[random.below(files.length)]!, random)
    try {
      const { images, same } = parseVerificationBin(bytes, { where: 'x.bin' })
      if (images.length !== 2 * same.length) throw new Error('images and labels do not fit')
      for (const image of images) if (image.buffer !== bytes.buffer) throw new Error('an image was copied')
    } catch (error) {
      expectOneClearLine(error, 'x.bin', `mutation ${i}`)
    }
  }
}
