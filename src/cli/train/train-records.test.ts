import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { writeRecords } from '../../../test/data/write-records.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { DataError, UsageError } from '../../errors.ts'
import { registerTrain } from '../train.ts'

const people = ['ann', 'bob', 'eve', 'joe']
let base = ''
let folder = ''
let records = ''
let out = ''
let count = 0
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'train-records-'))
  folder = join(base, 'people')
  records = join(base, 'records')
  const names = await writePeople(folder)
  const images = names.map(async (name) => ({
    label: people.indexOf(name.split('/')[0]!),
    image: await readFile(join(folder, name)),
  }))
  await writeRecords(records, await Promise.all(images))
})
afterAll(() => rm(base, { recursive: true }))
const next = (): void => {
  out = join(base, `run${count++}`)
}
beforeEach(next)

const train = (...words: string[]) => runCommand(registerTrain, 'train', ...tiny, '--out', out, ...words)
const metrics = () => readFile(join(out, 'metrics.jsonl'), 'utf8')

describe('steradian train --records', () => {
  it('learns what it learns from a folder of the same pictures, with and without a cache', async () => {
    const first = await train('--images', folder, '--steps', '4')
    expect(first.error).toBeUndefined()
    const wanted = await metrics()
    for (const cache of ['none', join(base, 'cache.bin'), join(base, 'cache.bin')]) {
      next()
      const { error, stderr } = await train('--records', records, '--steps', '4', '--cache', cache)
      expect(error).toBeUndefined()
      expect(stderr).toContain('16 images of 4 people\n')
      expect(await metrics()).toBe(wanted)
    }
  })

  it('takes an exclude list of people and images, a cap, and says where property differs', async () => {
    const list = join(base, 'exclude.txt')
    await writeFile(list, '1\n2/9\n')
    const property = join(records, 'property')
    const before = await readFile(property)
    await writeFile(property, '7,16,16')
    const words = ['--exclude', list, '--max-images', '3', '--steps', '1']
    const { error, stderr } = await train('--records', records, ...words)
    await writeFile(property, before)
    expect(error).toBeUndefined()
    expect(stderr).toContain('9 images of 3 people\n')
    expect(stderr).toContain('property says 7 people, the records have 4\n')
    expect(stderr).toContain('5 images excluded\n')
    expect(stderr).toContain('2 people with more than 3 images: 2 of theirs left out\n')
  })

  it('refuses a picture in a record that is none, records cut short, and other sources beside', async () => {
    const bad = join(base, 'bad')
    const none = { label: 1, image: Buffer.from('this is no picture') }
    await writeRecords(bad, [{ label: 0, image: await readFile(join(folder, 'ann/0.png')) }, none])
    const words = ['--batch', '2', '--steps', '1']
    const first = await train('--records', bad, ...words)
    expect(first.error).toEqual(
      new DataError(`${bad}/train.rec: record 1/2: not a JPEG, PNG, WebP, TIFF or GIF picture`),
    )
    await truncate(join(bad, 'train.rec'), 60)
    const second = await train('--records', bad, ...words)
    expect(second.error?.message).toMatch(
      /train\.rec: cut short, ends at 60, but 4 of 5 records end later: 1 at 40, /,
    )
    const third = await train('--records', records, '--images', folder)
    expect(third.error).toEqual(new UsageError('train: expected images or records, got both'))
    const fourth = await train('--records', records, '--landmarks', 'points.csv')
    expect(fourth.error).toEqual(
      new UsageError('data set: records hold aligned images, expected no landmarks, got points.csv'),
    )
    const fifth = await train('--records', records, '--min-images', '3', '--max-images', '2')
    expect(fifth.error).toEqual(new UsageError('data set: maxImages must be at least minImages (3), got 2'))
  })
})
