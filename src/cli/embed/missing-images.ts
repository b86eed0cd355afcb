/** An image that a command could not use, and why. */
export type MissingImage = {
  readonly name: string
  readonly reason: string
}

/** A reason without the path at its start: the name stands before it already. */
export function reasonOf(message: string, path: string): string {
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message
}

/** Names the images that could not be used: the first twenty, a line each, then how many in all, or what `counted` says of that. */
export function sayMissing(
  missing: readonly MissingImage[],
  {
    of,
    say,
    counted = `${missing.length} of ${of} images`,
  }: { readonly of: number; readonly say: (line: string) => void; readonly counted?: string },
): void {
  if (missing.length === 0) return
  for (const { name, reason } of missing.slice(0, 20))
    say(`missing: ${name}: ${reason}`.replaceAll(/[\r\n]+/g, ' '))
  if (missing.length > 20) say(`missing: and ${missing.length - 20} more`)
  say(`${counted} are missing`)
}
