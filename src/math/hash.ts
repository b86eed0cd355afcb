/** A 32-bit hash of a string's UTF-16 code units (FNV-1a, Fowler, Noll and Vo), for naming random streams. */
export function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
