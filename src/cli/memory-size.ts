import { UsageError } from '../errors.ts'

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** Reads an amount of memory, `2GiB`, `512M` or a number of bytes, in bytes. @throws UsageError for anything else, and below 1 MiB */
export function parseMemory(text: string, option = '--memory'): number {
  const [, number, unit] = /^(\d{1,15}(?:\.\d{1,6})?) ?(?:([kmgt])(?:i?b)?|b)?$/i.exec(text) ?? []
  const bytes = Math.floor(Number(number) * units[(unit ?? '').toLowerCase()]!)
  if (!(bytes >= 2 ** 20 && Number.isSafeInteger(bytes)))
    throw new UsageError(`${option}: expected an amount as 2GiB or 512MiB, at least 1MiB, got ${text}`)
  return bytes
}

/** An amount of memory for people: `512 MiB`. */
export const memoryText = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`
