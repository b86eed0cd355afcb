import { readFileSync } from 'node:fs'

const { version, dependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string; dependencies: Readonly<Record<string, string>> }

/** The version of this package. */
export { version }

/** The libraries that pictures and arithmetic go through, each with the one version that this package takes. */
export const libraries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(dependencies).filter(([name]) => name === 'sharp' || name.startsWith('onnxruntime-')),
)
