import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MAGIC = 0xced7230a

/** A record of RecordIO as MXNet writes it: split where the mark occurs at a multiple of four bytes. */
export function record(content: Uint8Array): Buffer {
  const bytes = Buffer.from(content)
  const pieces: Buffer[] = []
  let start = 0
  for (let at = 0; at + 4 <= bytes.length; at += 4)
    if (bytes.readUInt32LE(at) === MAGIC) {
      pieces.push(bytes.subarray(start, at))
      start = at + 4
    }
  pieces.push(bytes.subarray(start))
  return Buffer.concat(
    pieces.flatMap((piece, i) => {
      const place = pieces.length === 1 ? 0 : i === 0 ? 1 : i === pieces.length - 1 ? 3 : 2
      const head = Buffer.alloc(8)
      head.writeUInt32LE(MAGIC)
      head.writeUInt32LE(place * 2 ** 29 + piece.length, 4)
      return [head, piece, Buffer.alloc((4 - (piece.length % 4)) % 4)]
    }),
  )
}

/** What is in an image record: one label in the header, or several after it. */
export function imageContent(labels: readonly number[], image: Uint8Array, { number = 0 } = {}): Buffer {
  const isAlone = labels.length === 1
  const head = Buffer.alloc(24 + (isAlone ? 0 : 4 * labels.length))
  head.writeUInt32LE(isAlone ? 0 : labels.length)
  head.writeFloatLE(isAlone ? labels[0]! : 0, 4)
  head.writeBigUInt64LE(BigInt(number), 8)
  if (!isAlone) for (const [i, label] of labels.entries()) head.writeFloatLE(label, 24 + 4 * i)
  return Buffer.concat([head, image])
}

/**
 * Writes `train.rec`, `train.idx` and `property` as InsightFace does: record 0 with the ends of images and people, the images
 * from 1, then a record a person with the first and the end of its images. Images of a person lie side by side.
 */
export async function writeRecords(
  folder: string,
  images: readonly { readonly label: number; readonly image: Uint8Array }[],
  { labelsEach = 1, isPlain = false, size = '16,16' } = {},
): Promise<void> {
  const labels = [...new Set(images.map(({ label }) => label))]
  const first = images.length + 1
  const contents = [
    imageContent([first, first + labels.length], new Uint8Array(0)),
    ...images.map(({ label, image }, i) =>
      imageContent([label, ...new Array<number>(labelsEach - 1).fill(7)], image, { number: i + 1 }),
    ),
    ...labels.map((label) => {
      const own = images.flatMap((image, i) => (image.label === label ? [i + 1] : []))
      return imageContent([own[0]!, own.at(-1)! + 1], new Uint8Array(0))
    }),
  ]
  // Without record 0, as MXNet's own im2rec writes it.
  const kept = isPlain ? contents.slice(1, first) : contents
  const records = kept.map(record)
  let position = 0
  const lines = records.map((bytes, i) => {
    const line = `${i}\t${position}\n`
    position += bytes.length
    return line
  })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'train.rec'), Buffer.concat(records))
  await writeFile(join(folder, 'train.idx'), lines.join(''))
  await writeFile(join(folder, 'property'), `${labels.length},${size}`)
}
