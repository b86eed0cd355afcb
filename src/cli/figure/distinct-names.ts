import { basename, resolve, sep } from 'node:path'

/**
 * What folders are called in a figure: each by its last name, and where two have the same by as much of their paths as parts all
 * of those that share it, from the end (`lmcl/pairs`, `softmax/pairs`). The same folder twice keeps one name.
 */
export function distinctNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => resolve(folder).split(sep))
  return paths.map((path, i) => {
    const like = paths.filter((other) => other.at(-1) === path.at(-1) && other.join(sep) !== path.join(sep))
    const tail = (parts: readonly string[], length: number): string => parts.slice(-length).join('/')
    let length = 1
    while (length < path.length && like.some((other) => tail(other, length) === tail(path, length))) length++
    return like.length === 0 ? basename(resolve(folders[i]!)) : tail(path, length)
  })
}
