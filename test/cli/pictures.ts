import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { toyPictures } from '../train/toy.ts'

const people = ['ann', 'bob', 'eve', 'joe']

/** Writes a folder of four people with `each` pictures of 16×16, each person a colour; gives their names. */
export async function writePeople(folder: string, { each = 4 } = {}): Promise<string[]> {
  const { pixels, labels, height, width } = toyPictures({ classes: people.length, each })
  const size = height * width * 3
  return Promise.all(
    Array.from(labels, async (label, i) => {
      const person = people[label]!
      await mkdir(join(folder, person), { recursive: true })
      const name = `${person}/${Math.floor(i / people.length)}.png`
      await sharp(pixels.subarray(i * size, (i + 1) * size), { raw: { height, width, channels: 3 } })
        .png()
        .toFile(join(folder, name))
      return name
    }),
  ).then((names) => names.sort())
}

/** Header of a landmarks file. */
export const landmarkHeader =
  'image,left_eye_x,left_eye_y,right_eye_x,right_eye_y,nose_x,nose_y,left_mouth_x,left_mouth_y,right_mouth_x,right_mouth_y'

/** Five points in a picture of 16×16, `shift` pixels to the right. */
export const landmarkRow = (name: string, shift = 0): string =>
  [name, ...[5, 6, 10, 6, 7.5, 9, 6, 12, 10, 12].map((v, i) => (i % 2 === 0 ? v + shift : v))].join(',')

/** A black PNG of one bit a pixel, made without holding its pixels as bytes. */
export function blackPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1
  const rows = deflateSync(new Uint8Array((1 + Math.ceil(width / 8)) * height), { level: 1 })
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', new Uint8Array(0)),
  ])
}

/** The options of a run that takes a second, but for where its images are and where it goes. */
export const tiny: readonly string[] = [
  ...['--architecture', 'sfnet4', '--width', '0.0625', '--dimensions', '8', '--input', '16x16'],
  ...['--batch', '4', '--threads', '1', '--rate', '0.01', '--loss', 'softmax'],
]
