const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * The text with the characters that mean something in HTML and XML written as entities, for content and quoted attributes. Control
 * characters, which no XML may hold, become a replacement character.
 */
export function escapeText(text: string): string {
  return [...text.toWellFormed()]
    .map((character) => (isXml(character.codePointAt(0)!) ? character : '\ufffd'))
    .join('')
    .replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Whether XML 1.0 may hold a character. */
const isXml = (code: number): boolean =>
  code >= 0x20 ? code !== 0xfffe && code !== 0xffff : code === 0x09 || code === 0x0a || code === 0x0d
