import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isPicture } from '../../data/index.ts'
import { forEachIndex } from '../../data/parallel.ts'
import { readHashedText } from '../../data/read-text.ts'
import { DataError, fileProblem } from '../../errors.ts'
import { sampleFrames, type VideoScore } from '../../evaluate/index.ts'
import type { MissingImage } from '../embed/missing-images.ts'

/** The frames of videos that a score takes. */
export interface VideoFrames {
  /** The names of the frames, `name/video/file`, video after video. */
  readonly names: readonly string[]
  /** The video of each frame, rising. */
  readonly videoOf: Int32Array
  /** Videos without a frame. */
  readonly missingItems: readonly MissingImage[]
  /** The row of each frame, where the frames are rows of a file. */
  readonly rows?: Int32Array
  /** The list of their names, where there is one. */
  readonly list?: { readonly file: string; readonly sha256: string }
}

/** Which frames count. */
export interface FrameChoice {
  readonly score: VideoScore
  readonly seed: number
}

/**
 * The frames of the videos below a folder, `name/video/<frame>`: each file whose ending is that of a picture, sorted by name.
 * @throws DataError for a missing folder
 */
export async function listFrames(
  folder: string,
  videos: readonly string[],
  choice: FrameChoice,
): Promise<VideoFrames> {
  const found = await stat(folder).catch((error: unknown) => {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  })
  if (!found.isDirectory()) throw new DataError(`${folder}: expected a folder, got a file`)
  const files: string[][] = []
  const reasons: string[] = []
  await forEachIndex(videos.length, 16, async (v) => {
    try {
      const entries = await readdir(join(folder, videos[v]!))
      files[v] = entries.filter((name) => !name.startsWith('.') && isPicture(name)).sort()
      reasons[v] = 'no pictures in its folder'
    } catch (error) {
      files[v] = []
      reasons[v] = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such folder' : fileProblem(error)
    }
  })
  return chosen(videos, choice, {
    files: files.map((own) => own.map((file) => ({ file }))),
    reasonOf: (v) => reasons[v]!,
  })
}

/**
 * The frames of the videos among the names of a file of features, `name/video/<frame>` a line, sorted by name.
 * @throws DataError where a name comes twice
 */
export async function frameRows(
  list: string,
  videos: readonly string[],
  { rows, ...choice }: FrameChoice & { readonly rows: number },
): Promise<VideoFrames> {
  const { text, sha256 } = await readHashedText(list)
  const lines = text.split(/\r\n|\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length !== rows)
    throw new DataError(`${list}: expected a name for each of ${rows} rows, got ${lines.length}`)
  const videoNumber = new Map(videos.map((name, v) => [name, v]))
  const files: Frame[][] = videos.map(() => [])
  const seen = new Set<string>()
  for (const [row, name] of lines.entries()) {
    if (seen.has(name)) throw new DataError(`${list}:${row + 1}: expected each name once, got ${name} again`)
    seen.add(name)
    const slash = name.lastIndexOf('/')
    const video = videoNumber.get(name.slice(0, Math.max(0, slash)))
    if (video !== undefined) files[video]!.push({ file: name.slice(slash + 1), row })
  }
  for (const own of files) own.sort((a, b) => (a.file < b.file ? -1 : 1))
  const found = chosen(videos, choice, { files, reasonOf: () => `no rows in ${list}` })
  return { ...found, list: { file: list, sha256 } }
}

interface Frame {
  readonly file: string
  readonly row?: number
}

function chosen(
  videos: readonly string[],
  { score, seed }: FrameChoice,
  {
    files,
    reasonOf,
  }: { readonly files: readonly (readonly Frame[])[]; readonly reasonOf: (v: number) => string },
): VideoFrames {
  const names: string[] = []
  const videoOf: number[] = []
  const rows: number[] = []
  const missingItems: MissingImage[] = []
  for (const [v, video] of videos.entries()) {
    const own = files[v]!
    if (own.length === 0) missingItems.push({ name: video, reason: reasonOf(v) })
    for (const i of sampleFrames(own.length, video, { sampled: score.sampled, seed })) {
      names.push(`${video}/${own[i]!.file}`)
      videoOf.push(v)
      rows.push(own[i]!.row ?? 0)
    }
  }
  return { names, videoOf: Int32Array.from(videoOf), missingItems, rows: Int32Array.from(rows) }
}
