import { DataError } from '../../src/errors.ts'
import type { Random } from '../../src/math/rng.ts'

/** Bytes after one to four changes: a byte or a length overwritten, a stretch cut out, doubled or made up, the end cut off. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let now = Buffer.from(bytes)
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(now.length + 1)
    const end = Math.min(now.length, at + 1 + random.below(random.below(4) === 0 ? 200 : 8))
    const made = Buffer.from(Array.from({ length: 1 + random.below(6) }, () => random.below(256)))
    switch (random.below(6)) {
      case 0:
        if (at < now.length) now[at] = random.below(256)
        break
      case 1:
        // Lengths are the interesting numbers: small ones, huge ones, and those that are negative as int32.
        if (at + 4 <= now.length)
          now.writeUInt32LE([0, 1, 0x7fffffff, 0x80000000, 0xffffffff][random.below(5)]!, at)
        break
      case 2:
        now = Buffer.concat([now.subarray(0, at), now.subarray(end)])
        break
      case 3:
        now = Buffer.concat([now.subarray(0, end), now.subarray(at)])
        break
      case 4:
        now = Buffer.concat([now.subarray(0, at), made, now.subarray(at)])
        break
      default:
        if (random.below(3) === 0) now = now.subarray(0, at)
    }
  }
  return Buffer.from(now)
}

/** The same for a text of lines, where besides lines go, come twice or change places, and odd characters come in. */
export function mutateText(text: string, random: Random): string {
  if (random.below(3) === 0) return Buffer.from(mutateBytes(Buffer.from(text), random)).toString()
  const lines = text.split('\n')
  const odd = [
    '',
    ' ',
    '\t',
    '"',
    ',',
    '/',
    '..',
    '-1',
    '1e9',
    '99999999999',
    'é',
    '\r',
    '\u2028',
    '\0',
    '#',
    '1.5',
    'NaN',
  ]
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const i = random.below(lines.length)
    const line = lines[i]!
    const at = random.below(line.length + 1)
    const piece = odd[random.below(odd.length)]!
    switch (random.below(5)) {
      case 0:
        lines.splice(i, 1 + random.below(lines.length))
        if (lines.length === 0) lines.push('')
        break
      case 1:
        lines.splice(random.below(lines.length), 0, line)
        break
      case 2: {
        const fields = line.split(/([ \t,]+)/)
        fields[random.below(fields.length)] = piece
        lines[i] = fields.join('')
        break
      }
      case 3:
        lines[i] = line.slice(0, at) + piece + line.slice(at)
        break
      default:
        lines[i] = line.repeat(random.below(50))
    }
  }
  return lines.join('\n')
}

/** Throws unless an error is a DataError whose message is one short line that begins with `where`. */
export function expectOneClearLine(error: unknown, where: string, what: string): void {
  if (!(error instanceof DataError))
    throw new Error(`${what}: expected a DataError, got ${error}`, { cause: error })
  const { message } = error
  const control = [...message].find((character) => character < ' ' || '\x7f\u2028\u2029'.includes(character))
  if (!message.startsWith(where) || control !== undefined || message.length > 500)
    throw new Error(`${what}: expected one clear line, got ${JSON.stringify(message.slice(0, 600))}`)
}
