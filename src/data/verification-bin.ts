import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { DataError, fileProblem } from '../errors.ts'
import { isKind, type PickleValue, type Refusal, valueText } from './pickle-value.ts'
import { unpickle } from './unpickle.ts'

/** Pairs of pictures to verify, in one file: images 2i and 2i + 1 are pair i. */
export interface VerificationBin {
  /** The bytes of each picture's file (JPEG as a rule), [2P]; they lie in the bytes that were read, not in copies. */
  readonly images: readonly Uint8Array[]
  /** 1 where a pair shows one person, 0 where it shows two, [P]. */
  readonly same: Uint8Array
}

/** The largest file that is read, in bytes: it lies in memory whole. */
const MAX_BYTES = 2 ** 31 - 1

/**
 * Reads a `.bin` of verification pairs (CFP, AgeDB-30, CALFW, CPLFW and LFW come so): a pickle of (list of images, list of
 * whether a pair shows one person), read as `unpickle` does, which runs nothing. Images that add up to more bytes than the file
 * has are refused: they are the same few named again and again, and each would be decoded and embedded. With the SHA-256 of the bytes that were read.
 * @throws DataError `file: why`
 */
export async function readVerificationBin(
  file: string,
): Promise<VerificationBin & { readonly sha256: string }> {
  let bytes: Uint8Array
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES) throw new DataError(`${file}: expected at most ${MAX_BYTES} bytes, got ${size}`)
    bytes = await readFile(file)
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(`${file}: ${fileProblem(error)}`)
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { ...parseVerificationBin(bytes, { where: file }), sha256 }
}

/** The same from the bytes of a file; `where` opens the messages. @throws DataError `where: why` */
export function parseVerificationBin(bytes: Uint8Array, { where = 'pairs.bin' } = {}): VerificationBin {
  const refusal = (what: string) => new DataError(`${where}: ${what}`)
  const whole = unpickle(bytes, { where })
  if (!isKind(whole, 'tuple') && !isKind(whole, 'list'))
    throw refusal(`expected a pair of lists (images, labels), got ${valueText(whole)}`)
  const [images, labels, more] = whole.items
  if (images === undefined || labels === undefined || more !== undefined)
    throw refusal(`expected a pair of lists (images, labels), got ${whole.items.length} parts`)
  if (!isKind(images, 'list') && !isKind(images, 'tuple'))
    throw refusal(`expected a list of images, got ${valueText(images)}`)
  const same = labelsOf(labels, { bytes, refusal })
  if (images.items.length !== 2 * same.length)
    throw refusal(`expected two images for each of ${same.length} labels, got ${images.items.length}`)
  if (same.length === 0) throw refusal('expected pairs, got none')
  const found = images.items.map((image, i) => imageBytes(image, { bytes, i, refusal }))
  const total = found.reduce((sum, { length }) => sum + length, 0)
  if (total > bytes.length)
    throw refusal(
      `expected images of at most ${bytes.length} bytes together, as the file has, got ${total} (the same ones many times)`,
    )
  return { images: found, same }
}

function imageBytes(
  image: PickleValue,
  { bytes, i, refusal }: { readonly bytes: Uint8Array; readonly i: number; readonly refusal: Refusal },
): Uint8Array {
  if (isKind(image, 'bytes')) return bytes.subarray(image.start, image.end)
  if (isKind(image, 'array') && image.content?.type === 'u1')
    return bytes.subarray(image.content.start, image.content.end)
  const got = isKind(image, 'array') && image.content ? 'an array of bool' : valueText(image)
  throw refusal(`image ${i}: expected bytes or an array of uint8, got ${got}`)
}

/** 1 or 0 a pair. */
function labelsOf(
  labels: PickleValue,
  { bytes, refusal }: { readonly bytes: Uint8Array; readonly refusal: Refusal },
): Uint8Array {
  const label = (value: PickleValue, i: number): number => {
    if (value === true || value === 1) return 1
    if (value === false || value === 0) return 0
    throw refusal(`label ${i}: expected True or False, 1 or 0, got ${valueText(value)}`)
  }
  if (isKind(labels, 'array') && labels.content)
    return bytes.subarray(labels.content.start, labels.content.end).map(label)
  if (isKind(labels, 'list') || isKind(labels, 'tuple')) return Uint8Array.from(labels.items, label)
  throw refusal(`expected a list of labels, got ${valueText(labels)}`)
}
