/** The last two parts of a path, `person/file`: what names an image wherever its folder lies. */
export function personFile(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).slice(-2).join('/')
}

/** The last part but one of a path: the person whose folder an image lies in. */
export function personOf(path: string): string {
  const parts = path.split(/[\\/]/).filter(Boolean)
  return parts.at(-2) ?? ''
}
