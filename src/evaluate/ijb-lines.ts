import { DataError, shown } from '../errors.ts'

/** The bytes of a file in pieces of any size, as a file's stream gives them. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Some lines of a text in a row, without their ends; `first` is the number of the first, from 1. */
export interface Lines {
  readonly first: number
  readonly lines: readonly string[]
}

/** What `linesOf` and `wholeLines` are told. */
export interface LineOptions {
  /** What errors call the text. */
  readonly where: string
  /** The longest line taken, in bytes: a file without line ends must not fill the memory. */
  readonly longest?: number
}

/**
 * The lines of a UTF-8 text that comes in pieces; no more than a piece and a line are held. A line ends with LF or CR LF; a
 * byte order mark is dropped.
 * @throws DataError `where:line: …` for a line that is too long, a zero byte and bytes that are no UTF-8
 */
export async function* linesOf(chunks: Bytes, options: LineOptions): AsyncGenerator<Lines> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for await (const { first, bytes } of wholeLines(chunks, options)) {
    let text: string
    try {
      text = decoder.decode(bytes)
    } catch {
      throw new DataError(
        `${options.where}:${badLine(bytes, first, decoder)}: expected UTF-8, got other bytes`,
      )
    }
    const lines = text.split('\n')
    // What follows the last LF is nothing.
    lines.pop()
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!
      if (line.includes('\0'))
        throw new DataError(`${options.where}:${first + i}: expected text, got a zero byte`)
      if (line.endsWith('\r')) lines[i] = line.slice(0, -1)
    }
    yield { first, lines }
  }
}

/** Whole lines as bytes, each with its LF; `first` is the number of the first line, from 1. */
export interface LineBytes {
  readonly first: number
  /** Good until the next ones are asked for. */
  readonly bytes: Uint8Array
}

/**
 * A text's pieces cut anew, so that each ends with a line; the last line gets an LF where it has none. A byte order mark is
 * dropped.
 * @throws DataError `where:line: …` for a line that is too long
 */
export async function* wholeLines(
  chunks: Bytes,
  { where, longest = 4096 }: LineOptions,
): AsyncGenerator<LineBytes> {
  let line = 1
  let rest = new Uint8Array(0)
  let begun = false
  const tooLong = (at: number) =>
    new DataError(`${where}:${at}: expected a line of at most ${longest} bytes, got a longer one`)
  const checked = (bytes: Uint8Array): LineBytes => {
    const first = line
    for (let from = 0; from < bytes.length; line++) {
      const end = bytes.indexOf(LF, from)
      if (end - from > longest) throw tooLong(line)
      from = end + 1
    }
    return { first, bytes }
  }
  for await (const chunk of chunks) {
    let bytes = chunk
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length)
      bytes.set(rest)
      bytes.set(chunk, rest.length)
    }
    if (!begun && bytes.length >= 3) {
      begun = true
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
    }
    const end = bytes.lastIndexOf(LF) + 1
    if (end > 0) yield checked(bytes.subarray(0, end))
    // Copied: the caller may fill the same piece again.
    rest = Uint8Array.from(bytes.subarray(end))
    if (rest.length > longest) throw tooLong(line)
  }
  if (rest.length > 0) yield checked(Uint8Array.of(...rest, LF))
}

const LF = 10

/** The first line whose bytes are no UTF-8. */
function badLine(bytes: Uint8Array, first: number, decoder: { decode(bytes: Uint8Array): string }): number {
  for (let from = 0, line = first; from < bytes.length; line++) {
    const end = bytes.indexOf(LF, from)
    try {
      decoder.decode(bytes.subarray(from, end))
    } catch {
      return line
    }
    from = end + 1
  }
  return first
}

/** A number of a template or media: digits alone, at most 15 of them. @throws DataError `at: …` */
export function wholeId(text: string, what: string, at: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new DataError(`${at}: expected the number of a ${what}, got ${shown(text)}`)
  return Number(text)
}
