import { UsageError } from '../../errors.ts'

/** Reads a port, 0 for one that is free. @throws UsageError naming the option */
export function parsePort(text: string, option: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new UsageError(`${option}: expected a port from 0 to 65535, got ${text}`)
  return port
}
