import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mutateBytes } from '../../test/data/mutate.ts'
import { writeRecords } from '../../test/data/write-records.ts'
import { DataError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { readRecordImage, readRecords } from './record-list.ts'

let base = ''
let count = 0
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'records-'))
})
afterAll(() => rm(base, { recursive: true }))

/** Seven images of three people, each with bytes of its own. */
const images = [0, 0, 1, 1, 1, 2, 2].map((label, i) => ({ label, image: Buffer.alloc(40 + i, i + 1) }))
async function written(options: Parameters<typeof writeRecords>[2] = {}): Promise<string> {
  const folder = join(base, String(count++))
  await writeRecords(folder, images, options)
  return folder
}
const refusal = (folder: string) =>
  readRecords(folder).then(
    () => 'none',
    (error: unknown) => {
      expect(error).toBeInstanceOf(DataError)
      return (error as Error).message.replaceAll(folder, '$')
    },
  )

describe('readRecords', () => {
  test.each([[{}], [{ labelsEach: 2 }]])(
    'lists the images with their labels, not what describes people: %o',
    async (how) => {
      const folder = await written(how)
      const { images: listed, people } = await readRecords(folder)
      expect(people).toBe(3)
      expect(listed.map(({ name, person, path }) => [name, person, path])).toEqual(
        images.map(({ label }, i) => [`${label}/${i + 1}`, String(label), join(folder, 'train.rec')]),
      )
      for (const [i, { position, path, name }] of listed.entries())
        expect(Buffer.from(await readRecordImage(path, position!, name))).toEqual(images[i]!.image)
    },
  )

  test('takes all records for images where no record 0 tells, and does without property', async () => {
    const folder = await written({ isPlain: true })
    await rm(join(folder, 'property'))
    const { images: listed, people } = await readRecords(folder)
    expect(people).toBeUndefined()
    expect(listed.map(({ name }) => name)).toEqual(images.map(({ label }, i) => `${label}/${i}`))
  })

  test('keeps the order of the index, whatever that of the file', async () => {
    const folder = await written({ isPlain: true })
    const index = join(folder, 'train.idx')
    const lines = (await readFile(index, 'utf8')).trimEnd().split('\n').reverse()
    await writeFile(index, lines.join('\r\n'))
    const { images: listed } = await readRecords(folder)
    expect(listed.map(({ name }) => name)).toEqual(images.map(({ label }, i) => `${label}/${i}`).reverse())
  })

  test('reads records beyond a block of four megabytes', async () => {
    const folder = join(base, 'large')
    const large = [0, 1, 2].map((label) => ({ label, image: Buffer.alloc(5 << 20, label) }))
    await writeRecords(folder, large)
    expect((await readRecords(folder)).images.map(({ person }) => person)).toEqual(['0', '1', '2'])
  })

  test('refuses a file that is cut short, naming the first five records', async () => {
    const folder = await written()
    const file = join(folder, 'train.rec')
    const positions = (await readFile(join(folder, 'train.idx'), 'utf8')).match(/(?<=\t)\d+/g)!
    await truncate(file, Number(positions[4]) + 30)
    expect(await refusal(folder)).toBe(
      `$/train.rec: cut short, ends at ${Number(positions[4]) + 30}, but 7 of 11 records end later: ` +
        `${[4, 5, 6, 7, 8].map((i) => `${i} at ${positions[i]}`).join(', ')}, …`,
    )
  })

  test('refuses a wrong index, naming the first five records', async () => {
    const folder = await written()
    const index = join(folder, 'train.idx')
    const lines = (await readFile(index, 'utf8')).split('\n')
    const moved = lines.map((line, i) =>
      i === 3 || i === 6 ? line.replace(/\d+$/, (n) => String(Number(n) + 4)) : line,
    )
    await writeFile(index, moved.join('\n'))
    const [third, sixth] = [moved[3]!, moved[6]!].map((line) => line.split('\t')[1])
    expect(await refusal(folder)).toBe(
      `$/train.idx: 2 of 11 records do not begin in $/train.rec where the index says: 3 at ${third}, 6 at ${sixth}`,
    )
  })

  test.each([
    ['train.idx', '0\t0\nten\t5\n', '$/train.idx:2: expected "number<tab>offset", got "ten	5"'],
    ['train.idx', '0\t0\n0\t0\n', '$/train.idx:2: expected each record once, got 0 again'],
    ['train.idx', '\n', '$/train.idx: expected lines of "number<tab>offset", got none'],
    ['train.idx', '0\t0\n', '$/train.idx: expected 7 images, as record 0 says, got 0'],
    ['property', '3 people', '$/property: expected "people,height,width", got "3 people"'],
  ])('refuses a %s that is not what it should be', async (name, text, line) => {
    const folder = await written()
    await writeFile(join(folder, name), text)
    expect(await refusal(folder)).toBe(line)
  })

  test('refuses an index that gives two records one place', async () => {
    const folder = await written()
    const index = join(folder, 'train.idx')
    const lines = (await readFile(index, 'utf8')).split('\n')
    const place = lines[2]!.split('\t')[1]
    lines[5] = `5\t${place}`
    await writeFile(index, lines.join('\n'))
    expect(await refusal(folder)).toBe(
      `$/train.idx: expected a place for each record, got ${place} for 2 and 5`,
    )
  })

  test('refuses a label that is no whole number, and files that are missing', async () => {
    const folder = join(base, 'half')
    await writeRecords(folder, [{ label: 0.5, image: Buffer.alloc(9) }])
    expect(await refusal(folder)).toBe(
      '$/train.rec: record 1: expected a whole number from 0 as label, got 0.5',
    )
    await rm(join(folder, 'train.rec'))
    expect(await refusal(folder)).toBe('$/train.rec: no such file or folder')
    expect(await refusal(join(base, 'nothing'))).toBe('$/train.idx: no such file or folder')
  })

  test('whatever is done to the files, it reads or refuses in one line', async () => {
    const whole = await written()
    const files = await Promise.all(
      ['train.rec', 'train.idx', 'property'].map((name) => readFile(join(whole, name))),
    )
    const folder = await written()
    let refused = 0
    for (let round = 0; round < 150; round++) {
      const random = rng(7, round)
      for (const [i, name] of ['train.rec', 'train.idx', 'property'].entries())
        await writeFile(join(folder, name), random.below(2) ? mutateBytes(files[i]!, random) : files[i]!)
      const message = await refusal(folder)
      expect(message).toMatch(/^[^\n]{1,600}$/)
      if (message !== 'none') refused++
    }
    expect(refused).toBeGreaterThan(30)
  })
})
