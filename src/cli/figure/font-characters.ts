import { DataError } from '../../errors.ts'

/**
 * Whether a TrueType or OpenType font has a glyph for a character, by its code point: from the table `cmap` of its bytes
 * (formats 4 and 12, those of Unicode).
 * @throws DataError for bytes that hold no such table
 */
export function fontCharacters(bytes: Uint8Array): (code: number) => boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tables = Array.from({ length: view.getUint16(4) }, (_, i) => 12 + 16 * i)
  const cmap = tables.find((at) => view.getUint32(at) === 0x636d6170)
  if (cmap === undefined) throw new DataError('font: expected a table of characters, got none')
  const start = view.getUint32(cmap + 8)
  const parts = Array.from(
    { length: view.getUint16(start + 2) },
    (_, i) => start + view.getUint32(start + 8 + 8 * i),
  )
  const ranges = parts.flatMap((at) => {
    const format = view.getUint16(at)
    return format === 12 ? groups(view, at) : format === 4 ? segments(view, at) : []
  })
  return (code) => ranges.some(([first, last]) => code >= first && code <= last)
}

type Range = readonly [first: number, last: number]

/** Format 12: groups of characters whose glyphs follow each other. */
function groups(view: DataView, at: number): Range[] {
  return Array.from({ length: view.getUint32(at + 12) }, (_, i): Range => {
    const group = at + 16 + 12 * i
    return [view.getUint32(group), view.getUint32(group + 4)]
  })
}

/** Format 4: segments of characters; one of them may say glyph 0, the empty box, of some. */
function segments(view: DataView, at: number): Range[] {
  const twice = view.getUint16(at + 6)
  const ranges: Range[] = []
  for (let k = 0; k < twice; k += 2) {
    const [end, start] = [view.getUint16(at + 14 + k), view.getUint16(at + 16 + twice + k)]
    const delta = view.getUint16(at + 16 + 2 * twice + k)
    const offsetAt = at + 16 + 3 * twice + k
    const offset = view.getUint16(offsetAt)
    for (let code = start; code <= end && code !== 0xffff; code++) {
      const glyph = offset === 0 ? code + delta : view.getUint16(offsetAt + offset + 2 * (code - start))
      if ((glyph & 0xffff) !== 0) ranges.push([code, code])
    }
  }
  return ranges
}
