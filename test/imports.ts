import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** One import of a file under `src`. */
export interface Import {
  /** The importing file, from the repository's root. */
  readonly file: string
  /** A package, a `node:` module, or a file from the repository's root. */
  readonly target: string
}

const patterns = [
  // import x, { y } from '…', import type { z } from '…', import '…'
  /^import\s+(?:(?:type\s+)?[\w$*{}\s,]+?\s+from\s+)?['"]([^'"]+)['"]/gm,
  // export * from '…', export { x, type y } from '…'
  /^export\s+(?:type\s+)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})\s+from\s+['"]([^'"]+)['"]/gm,
  // await import('…'), typeof import('…'), new Worker(new URL('…', import.meta.url))
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(\s*['"]([^'"]+\.[tj]s)['"],\s*import\.meta\.url/g,
]

/** What the text of a module imports, types included, in no particular order. */
export function importsIn(text: string): string[] {
  return patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[1]!))
}

const root = new URL('../', import.meta.url)

/** The files under `src` that are not tests, from the repository's root. */
export function sourceFiles(): string[] {
  return globSync('src/**/*.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
}

/** The text of a file, its path from the repository's root. */
export const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8')

/** All imports of all files under `src` that are not tests. */
export function sourceImports(): Import[] {
  return sourceFiles().flatMap((file) =>
    importsIn(textOf(file)).map((name) => ({
      file,
      target: name.startsWith('.') ? posix.join(posix.dirname(file), name) : name,
    })),
  )
}
