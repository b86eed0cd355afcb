import { describe, expect, it } from 'vitest'
import { pieces } from '../../test/evaluate/ijb-lists.ts'
import { readIjbFaces, readIjbImages } from './ijb-images.ts'

const points = '1 2 3 4 5.5 6 7 8 9 10'
const faces = (text: string, names = ['a.jpg', 'b.jpg']) =>
  readIjbFaces(pieces(text, 5), names, { where: 'n.txt' })
const images = (text: string | Uint8Array, size = 5) => readIjbImages(pieces(text, size), { where: 't.txt' })

describe('readIjbImages(chunks)', () => {
  it('reads image, template and medium of each line, whatever the pieces', async () => {
    const text = '\uFEFF1.jpg 20 300\r\n2.jpg\t3  300\n\n  3.jpg 20 7'
    for (const size of [1, 2, 3, 7, 1000]) {
      const read = await images(text, size)
      expect(read.names).toEqual(['1.jpg', '2.jpg', '3.jpg'])
      expect([...read.templateIds]).toEqual([3, 20])
      expect([...read.templateOf]).toEqual([1, 0, 1])
      expect([...read.mediaOf]).toEqual([300, 300, 7])
      expect([...read.rowOf]).toEqual([
        [3, 0],
        [20, 1],
      ])
    }
  })

  it('names the line of what is wrong', async () => {
    await expect(images('1.jpg 1 1\n\n2.jpg 2\n')).rejects.toThrow(
      't.txt:3: expected an image, a template and a medium, got 2.jpg 2',
    )
    await expect(images('1.jpg -1 1\n')).rejects.toThrow('t.txt:1: expected the number of a template, got -1')
    await expect(images('1.jpg 1 1e3\n')).rejects.toThrow('t.txt:1: expected the number of a medium, got 1e3')
    await expect(images('1.jpg 1 1234567890123456\n')).rejects.toThrow(
      't.txt:1: expected the number of a medium',
    )
    await expect(images('1.jpg 1 1\n\u00002.jpg 1 1\n')).rejects.toThrow(
      't.txt:2: expected text, got a zero byte',
    )
    await expect(images(Uint8Array.of(49, 10, 255, 10), 4)).rejects.toThrow(
      't.txt:2: expected UTF-8, got other bytes',
    )
    await expect(images(' \n\n')).rejects.toThrow('t.txt: expected a line an image, got none')
  })

  it('shows no more than 100 characters of a wrong line, and nothing that a terminal would obey', async () => {
    const error = await images(`\u001b[2J${'x'.repeat(500)}\n`).catch((thrown: Error) => thrown.message)
    expect(error).toBe(`t.txt:1: expected an image, a template and a medium, got  [2J${'x'.repeat(96)}…`)
  })

  it('holds no more than a line of 4096 bytes', async () => {
    const endless = function* () {
      for (let i = 0; i < 1000; i++) yield new Uint8Array(100).fill(120)
      throw new Error('was asked for more')
    }
    await expect(readIjbImages(endless(), { where: 't.txt' })).rejects.toThrow(
      't.txt:1: expected a line of at most 4096 bytes, got a longer one',
    )
    await expect(images(`1 1 1\n${'x'.repeat(4097)}\n`, 10_000)).rejects.toThrow(
      't.txt:2: expected a line of at most',
    )
  })
})

describe('readIjbFaces(chunks, names)', () => {
  it('reads ten coordinates and a score a line', async () => {
    const read = await faces(`a.jpg ${points} 0.99\nb.jpg ${points.replace('5.5', '-5e-1')} 1`)
    expect([...read.points]).toEqual([1, 2, 3, 4, 5.5, 6, 7, 8, 9, 10, 1, 2, 3, 4, -0.5, 6, 7, 8, 9, 10])
    expect([...read.scores]).toEqual([0.99, 1])
  })

  it('wants the images of the list of templates, line by line', async () => {
    await expect(faces(`b.jpg ${points} 1\n`)).rejects.toThrow(
      'n.txt:1: expected image a.jpg as in the list of templates, got b.jpg',
    )
    await expect(faces(`a.jpg ${points} 1\n`)).rejects.toThrow(
      'n.txt: expected 2 images as in the list of templates, got 1',
    )
    await expect(faces(`a.jpg ${points} 1\na.jpg ${points} 1\n`, ['a.jpg'])).rejects.toThrow(
      'n.txt:2: expected 1 images as in the list of templates, got more',
    )
  })

  it('names the line of what is wrong', async () => {
    await expect(faces(`a.jpg ${points}\n`)).rejects.toThrow(
      `n.txt:1: expected a name, ten coordinates and a score, got a.jpg ${points}`,
    )
    for (const wrong of ['NaN', 'Infinity', '0x10', '1e999', '--1'])
      await expect(faces(`a.jpg ${points.replace('5.5', wrong)} 1\n`)).rejects.toThrow(
        `n.txt:1: expected a coordinate, got ${wrong}`,
      )
    await expect(faces(`a.jpg ${points} high\n`)).rejects.toThrow('n.txt:1: expected a score, got high')
  })
})
