import { DataError } from '../errors.ts'

/**
 * The one value that a file's shape, its metadata and the user name, or undefined where none does. `what` is the name of
 * the user's option.
 * @throws DataError `name: …` when two of them contradict
 */
export function agree<T extends string>(
  name: string,
  what: string,
  said: {
    readonly file?: T | undefined
    /** How the file says it, such as `input is [1, 3, 112, 112]`. */
    readonly fileSays?: string
    readonly metadata?: T | undefined
    readonly given?: T | undefined
  },
): T | undefined {
  const { file, fileSays, metadata, given } = said
  if (file !== undefined && metadata !== undefined && file !== metadata)
    throw new DataError(`${name}: ${fileSays}, but its metadata say ${what} ${metadata}`)
  if (file !== undefined && given !== undefined && file !== given)
    throw new DataError(`${name}: ${fileSays}, got --${what} ${given}`)
  if (metadata !== undefined && given !== undefined && metadata !== given)
    throw new DataError(`${name}: its metadata say ${what} ${metadata}, got --${what} ${given}`)
  return file ?? metadata ?? given
}

/** What the metadata say under `steradian.KEY`, which must be one of several. @throws DataError `name: …` */
export function oneOf<T extends string>(
  name: string,
  metadata: ReadonlyMap<string, string>,
  key: string,
  allowed: readonly T[],
): T | undefined {
  const value = metadata.get(`steradian.${key}`)
  if (value === undefined || (allowed as readonly string[]).includes(value)) return value as T | undefined
  throw new DataError(`${name}: steradian.${key}: expected one of ${allowed.join(', ')}, got ${value}`)
}
