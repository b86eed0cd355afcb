import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { embedBatches, fuse, type OpenModel } from '../../embed/index.ts'
import { DataError, StoppedError } from '../../errors.ts'
import { frameMeans, type JsonObject } from '../../evaluate/index.ts'
import type { Matrix } from '../../math/matrix.ts'
import { type EmbeddingStore, embeddingStore } from '../embed/embedding-store.ts'
import { openFeatureFile } from '../embed/feature-file.ts'
import { type MissingImage, reasonOf } from '../embed/missing-images.ts'
import { modelFacts, openGivenModel } from '../embed/model-options.ts'
import { progress } from '../progress.ts'
import { libraries, version } from '../version.ts'
import type { FeatureFlags } from './evaluation-features.ts'
import { listFacts } from './evaluation-output.ts'
import { type ImageToEmbed, lookAt, readItem } from './image-content.ts'
import { itemImages } from './item-images.ts'
import type { VideoFrames } from './video-frames.ts'

/** What the frames of videos come to. */
export interface VideoMeans {
  /** The mean of each video's frame embeddings of length 1, [V, D]; zeros where missing. */
  readonly means: Matrix
  /** 1 for each video without a frame that could be used, [V]. */
  readonly missing: Uint8Array
  /** Frames that could not be used, and videos without any. */
  readonly missingItems: readonly MissingImage[]
  readonly source: JsonObject
}

interface Work {
  readonly videos: readonly string[]
  readonly frames: VideoFrames
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  /** Hears what cannot be used as far as that is known before any work; what it throws ends it. */
  readonly onUnreadable: (missing: readonly MissingImage[]) => void
}

/** The rows of the result: float32, so that a mean is the same number whether it comes from the cache or not. */
function meansOf(count: number) {
  let data: Float32Array | undefined
  const missing = new Uint8Array(count).fill(1)
  return {
    has: (video: number): boolean => missing[video] === 0,
    set(video: number, mean: Float32Array): void {
      data ??= new Float32Array(count * mean.length)
      data.set(mean, video * mean.length)
      missing[video] = 0
    },
    finish(where: string) {
      if (!data) throw new DataError(`${where}: expected frames of ${count} videos, got none`)
      return { means: { data, rows: count, columns: data.length / count }, missing }
    },
  }
}

/** The means from a file of features, a row a frame. @throws DataError, StoppedError */
export async function meansFromFile(
  file: string,
  { videos, frames, signal, onUnreadable }: Work,
): Promise<VideoMeans> {
  onUnreadable(frames.missingItems)
  const features = await openFeatureFile(file)
  try {
    const sums = frameMeans()
    const result = meansOf(videos.length)
    const { videoOf, rows } = frames
    const shown = progress({ total: videoOf.length, label: 'frames', unit: 'frames' })
    try {
      for (let start = 0; start < videoOf.length; ) {
        if (signal.aborted) throw new StoppedError('frames: stopped')
        const video = videoOf[start]!
        let end = start
        while (videoOf[end] === video) end++
        sums.add(await features.read(rows!.subarray(start, end)), videoOf.subarray(start, end))
        result.set(video, sums.close(video)!)
        start = end
        shown.update(end)
      }
    } finally {
      shown.finish()
    }
    const source = { features: { file, sha256: await features.sha256(), names: frames.list ?? null } }
    return { ...result.finish(file), missingItems: frames.missingItems, source }
  } finally {
    await features.close()
  }
}

/**
 * The means from a model and the frames' pictures, which pass through batch by batch; what is kept, in memory and in the cache,
 * is a mean a video.
 * @throws DataError, UsageError as opening and embedding do; StoppedError
 */
export async function meansFromModel(flags: FeatureFlags, work: Work): Promise<VideoMeans> {
  const { frames, say } = work
  const named = frames.names.map((name) => ({ name }))
  const places = await itemImages(named, { images: flags.images!, landmarks: flags.landmarks })
  const landmarks = flags.landmarks === undefined ? undefined : await listFacts(flags.landmarks)
  if (landmarks === undefined) say('no landmarks: frames are taken as already aligned')
  const items = named.map(({ name }, i): ImageToEmbed => ({ name, ...places[i]! }))
  const model = await openGivenModel({ ...flags, model: flags.model! }, say)
  try {
    const found = await embedded(model, items, { ...work, flags })
    return { ...found, source: { ...found.source, ...(landmarks && { landmarks }) } }
  } catch (error) {
    if (!work.signal.aborted || error !== work.signal.reason) throw error
    const kept =
      flags.cache === false ? '' : '; the videos done are kept, and the same command goes on from there'
    throw new StoppedError(`frames: stopped${kept}`)
  } finally {
    await model.close()
  }
}

async function embedded(
  model: OpenModel,
  items: readonly ImageToEmbed[],
  { flags, videos, frames, signal, say, onUnreadable }: Work & { readonly flags: FeatureFlags },
): Promise<VideoMeans> {
  const store = flags.cache === false ? undefined : embeddingStore(flags.cache, spaceOf(model), { say })
  const isFilled = store !== undefined && (await stat(store.folder).catch(() => null)) !== null
  // Where nothing was kept yet the frames need not be read twice.
  const looked = await lookAt(items, { signal, label: 'frames', withKeys: isFilled })
  const reasons = new Map(looked.reasons)
  const missingItems = (): MissingImage[] => [
    ...frames.missingItems,
    ...[...reasons].sort(([a], [b]) => a - b).map(([i, reason]) => ({ name: items[i]!.name, reason })),
  ]
  onUnreadable(missingItems())
  const result = meansOf(videos.length)
  const starts = firstFrames(frames.videoOf, videos.length)
  if (isFilled) await findKept(store, { keys: looked.keys, starts, result, say })

  const rest = [...items.keys()].filter((i) => !result.has(frames.videoOf[i]!) && !reasons.has(i))
  const keys: (string | undefined)[] = new Array(items.length)
  const { height, width, alignment, flip } = model.description
  const source = {
    ...{ count: rest.length, height, width, names: rest.map((i) => items[i]!.name) },
    read: async (index: number, out: Uint8Array, offset: number) => {
      const i = rest[index]!
      keys[i] = await readItem(items[i]!, { height, width, template: alignment }, out, offset)
    },
  }
  const sums = frameMeans()
  const close = async (video: number) => {
    const mean = sums.close(video)
    if (mean === undefined) return
    result.set(video, mean)
    const key = videoKey(keys.slice(starts[video], starts[video + 1]))
    if (key !== undefined) await store?.add(key, { feature: mean })
  }
  const shown = progress({
    total: items.length,
    from: items.length - rest.length,
    label: 'frames',
    unit: 'frames',
  })
  let done = items.length - rest.length
  let openVideo = -1
  try {
    for await (const batch of embedBatches(model, source, { batch: flags.batch, signal })) {
      for (const { index, reason } of batch.failures) {
        const item = items[rest[index]!]!
        reasons.set(rest[index]!, 'path' in item ? reasonOf(reason, item.path) : reason)
      }
      if (batch.embeddings) {
        const { feature, mirrored } = batch.embeddings
        const of = batch.indices.map((index) => frames.videoOf[rest[index]!]!)
        sums.add(fuse(feature, mirrored, flip), of)
        for (const video of of) {
          if (video !== openVideo && openVideo >= 0) await close(openVideo)
          openVideo = video
        }
      }
      done += batch.indices.length + batch.failures.length
      shown.update(done)
    }
    if (openVideo >= 0) await close(openVideo)
  } finally {
    if (rest.length > 0) shown.finish()
    await store?.flush()
  }
  return {
    ...result.finish(model.description.name),
    missingItems: missingItems(),
    source: { model: modelFacts(model) },
  }
}

/** Where each video's frames begin, and the end: [V + 1]. */
function firstFrames(videoOf: Int32Array, videos: number): Int32Array {
  const starts = new Int32Array(videos + 1)
  for (const video of videoOf) starts[video + 1]!++
  for (let v = 0; v < videos; v++) starts[v + 1]! += starts[v]!
  return starts
}

/** Takes the means of videos whose frames the cache knows. */
async function findKept(
  store: EmbeddingStore,
  {
    keys,
    starts,
    result,
    say,
  }: {
    readonly keys: readonly (string | undefined)[]
    readonly starts: Int32Array
    readonly result: ReturnType<typeof meansOf>
    readonly say: (line: string) => void
  },
): Promise<void> {
  const wanted = new Map<string, number[]>()
  for (let v = 0; v + 1 < starts.length; v++) {
    const key = videoKey(keys.slice(starts[v], starts[v + 1]))
    if (key !== undefined) wanted.set(key, [...(wanted.get(key) ?? []), v])
  }
  let found = 0
  await store.find(wanted, (key, { feature }) => {
    for (const v of wanted.get(key)!) {
      if (!result.has(v)) found++
      result.set(v, Float32Array.from(feature))
    }
  })
  if (found > 0) say(`the frames of ${found} of ${starts.length - 1} videos are in ${store.folder}`)
}

/** What the cache knows a video by: its frames in order, 32 bytes as a latin1 text; undefined unless each frame has a key. */
function videoKey(keys: readonly (string | undefined)[]): string | undefined {
  if (keys.length === 0 || keys.some((key) => key === undefined)) return undefined
  return createHash('sha256').update(`video ${keys.length} `).update(keys.join(''), 'latin1').digest('binary')
}

/** Whatever decides a mean besides the frames. */
function spaceOf(model: OpenModel): Record<string, unknown> {
  const { file: _, notes, metadata, dimensions, ...facts } = modelFacts(model)
  return { of: 'the mean of frame embeddings of length 1', version, libraries, ...facts }
}
