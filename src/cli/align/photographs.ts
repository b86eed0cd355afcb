import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { EXTENSIONS } from '../../data/folder.ts'
import { DataError, fileProblem } from '../../errors.ts'

/** A photograph below a folder. */
export interface Photograph {
  /** Where it lies, from the folder, with `/` between the parts. */
  readonly path: string
  /** The same with another ending, `.png`; unique, also where case does not count. */
  readonly crop: string
}

/** What photographs also come as: told apart, so that those which cannot be decoded are refused and not overlooked. */
const OTHER_EXTENSIONS = ['.jpe', '.jfif', '.bmp', '.heic', '.heif', '.avif', '.jxl', '.jp2']

/**
 * The photographs in a folder and the folders below it, each folder's files before its folders, sorted by UTF-16 code
 * unit; a photograph is told by its extension. Links are followed, but into no folder that they lie in; names that begin
 * with a dot are left out. `onOther` is told of every other file. One folder's names are held at a time.
 * @throws DataError `folder: why` when a folder cannot be read.
 */
export async function* photographs(
  directory: string,
  { onOther = (_path: string): void => {} } = {},
): AsyncGenerator<Photograph> {
  yield* below(directory, '', [], onOther)
}

async function* below(
  directory: string,
  prefix: string,
  above: readonly string[],
  onOther: (path: string) => void,
): AsyncGenerator<Photograph> {
  const { files, folders, real } = await list(join(directory, prefix))
  if (above.includes(real)) return
  const pictures = files.filter(isPhotograph)
  const stems = Map.groupBy(pictures, stem)
  for (const name of files) if (!isPhotograph(name)) onOther(prefix + name)
  for (const name of pictures) {
    // Two pictures whose crops would take one name keep their own endings before the new one.
    const alone = stems.get(stem(name))!.length === 1
    yield { path: prefix + name, crop: `${prefix}${alone ? parse(name).name : name}.png` }
  }
  for (const name of folders) yield* below(directory, `${prefix}${name}/`, [...above, real], onOther)
}

function isPhotograph(name: string): boolean {
  const { ext } = parse(name.toLowerCase())
  return EXTENSIONS.includes(ext) || OTHER_EXTENSIONS.includes(ext)
}

function stem(name: string): string {
  return parse(name).name.toLowerCase()
}

async function list(folder: string): Promise<{ files: string[]; folders: string[]; real: string }> {
  let entries: Dirent[]
  let real: string
  try {
    real = await realpath(folder)
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  }
  const files: string[] = []
  const folders: string[] = []
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    // A broken link is listed as a file: a picture by its name is then refused, not overlooked.
    const kind = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => null) : entry
    if (kind?.isDirectory()) folders.push(entry.name)
    else if (kind === null || kind.isFile()) files.push(entry.name)
  }
  return { files: files.sort(), folders: folders.sort(), real }
}
