import { UsageError } from '../../errors.ts'

const UNITS: Readonly<Record<string, number>> = { '': 30, g: 30, m: 20 }

/**
 * A reader of amounts of memory, `2`, `1.5GiB` or `1536MiB` (a number alone is GiB), as bytes; it throws UsageError for anything
 * else, and for less than `leastMiB`.
 */
export const memoryFrom =
  (leastMiB: number) =>
  (text: string): number => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(?:([gm])(?:i?b)?)?$/i.exec(text.trim()) ?? []
    const bytes = Math.floor(Number(number) * 2 ** UNITS[(unit ?? '').toLowerCase()]!)
    if (!(bytes >= leastMiB * 2 ** 20 && bytes <= 2 ** 44))
      throw new UsageError(
        `--memory: expected at least ${leastMiB}MiB, such as 2GiB or ${leastMiB > 512 ? 1536 : 512}MiB, got ${text}`,
      )
    return bytes
  }

/** Reads an amount of memory as bytes, 64 MiB or more. @throws UsageError for anything else */
export const parseMemory = memoryFrom(64)
