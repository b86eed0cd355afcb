import { UsageError } from '../errors.ts'

const UNITS: Readonly<Record<string, number>> = { '': 30, g: 30, m: 20 }

/** Reads an amount of memory, `2`, `1.5GiB` or `512MiB` (a number alone is GiB), as bytes. @throws UsageError for anything else */
export function parseMemory(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(?:([gm])(?:i?b)?)?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(number) * 2 ** UNITS[(unit ?? '').toLowerCase()]!)
  if (!(bytes >= 2 ** 26 && bytes <= 2 ** 44))
    throw new UsageError(`--memory: expected at least 64MiB, such as 2GiB or 512MiB, got ${text}`)
  return bytes
}
