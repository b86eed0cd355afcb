import type { Layout, Source } from './layouts.ts'
import type { FileTensor, WeightFile } from './weight-file.ts'

/** A tensor of the network that wants numbers. */
export interface Target {
  readonly name: string
  readonly shape: readonly number[]
}

/** Where a network's tensors come from in a file. */
export interface Fit {
  /** What told them apart. */
  readonly by: string
  readonly layout?: Layout
  /** The numbers of each of our tensors, by our names, in the order of the targets; read when they are asked for. */
  readonly values: ReadonlyMap<string, () => Promise<Float32Array>>
  /** Names of the file that are of a head, of counters, or ignored. */
  readonly left: readonly string[]
  /** Targets whose names the file has. */
  readonly found: number
  /** What does not fit, a line each. */
  readonly problems: readonly string[]
}

/** Names of what is no weight of the network: counters of batches, and heads that are trained with it. */
const isBeside = (name: string): boolean =>
  name.endsWith('num_batches_tracked') || /^(?:module\.)?(?:head|loss|classifier|margin)\b/.test(name)

/** Looks each of our tensors up by the name that a layout gives it, `prefix` before it. */
export function byNames(
  file: WeightFile,
  targets: readonly Target[],
  {
    layout,
    prefix,
    map,
    ignore,
  }: {
    readonly layout: Layout
    readonly prefix: string
    readonly map: Readonly<Record<string, string | number>>
    readonly ignore: readonly string[]
  },
): Fit {
  const { tensors } = file
  const values = new Map<string, () => Promise<Float32Array>>()
  const problems: string[] = []
  const used = new Set<string>()
  const unitsBefore = unitCounter(targets)
  let found = 0
  for (const target of targets) {
    const { name } = target
    const mapped = map[name]
    const source: Source =
      mapped === undefined
        ? prefixed(layout.source(name, unitsBefore), prefix)
        : typeof mapped === 'number'
          ? { fill: mapped }
          : { file: mapped }
    if (!('file' in source)) {
      values.set(name, async () => made(source, target))
      continue
    }
    const tensor = tensors.get(source.file)
    const needs = `${name} needs ${source.file} [${plain(target.shape)}]`
    if (!tensor) {
      problems.push(`${needs}, got none`)
      continue
    }
    found++
    used.add(source.file)
    const read = fitted(tensor, target)
    if (read) values.set(name, read)
    else problems.push(`${needs}, got [${tensor.shape}]`)
  }
  const isIgnored = (name: string): boolean =>
    ignore.includes(name) || isBeside(name) || !name.startsWith(prefix) || ofNoLayer(file, name)
  const over = [...tensors.keys()].filter((name) => !used.has(name))
  for (const name of over)
    if (!isIgnored(name)) problems.push(`${name} [${tensors.get(name)!.shape}] has no place`)
  const by = prefix === '' ? layout.name : `${layout.name} behind ${prefix}`
  return { by, layout, values, left: over.filter(isIgnored), found, problems }
}

/** A file that knows its layers has other numbers too: constants of the graph. */
const ofNoLayer = ({ layers, tensors }: WeightFile, name: string): boolean =>
  layers !== undefined &&
  !layers.some(({ parts }) =>
    Object.values(parts).some((part) => typeof part === 'object' && part.name === tensors.get(name)!.name),
  )

const prefixed = (source: Source, prefix: string): Source =>
  'file' in source ? { file: `${prefix}${source.file}` } : source

/** A shape without the sizes 1 at its end, by which ours stand for channels. */
export const plain = (shape: readonly number[]): readonly number[] =>
  shape.slice(0, shape.findLastIndex((size) => size !== 1) + 1)

/** How a tensor's numbers are had in a target's shape; null where they do not fit. One slope may be that of all channels. */
export function fitted(tensor: FileTensor, { name, shape }: Target): (() => Promise<Float32Array>) | null {
  const [from, to] = [tensor.shape, shape].map((each) => plain(each).filter((size, i) => i > 0 || size !== 1))
  if (String(from) === String(to)) return tensor.read
  const count = shape.reduce((n, size) => n * size, 1)
  if (name.endsWith('.slope') && from!.length === 0)
    return async () => new Float32Array(count).fill((await tensor.read())[0]!)
  return null
}

function made(source: Exclude<Source, { readonly file: string }>, { shape }: Target): Float32Array {
  const values = new Float32Array(shape.reduce((n, size) => n * size, 1))
  if ('fill' in source) return values.fill(source.fill)
  const columns = values.length / shape[0]!
  for (let i = 0; i < shape[0]!; i++) values[i * columns + i] = 1
  return values
}

/** Counts units in the stages before one, by the names of a network. */
function unitCounter(targets: readonly Target[]): (stage: number) => number {
  const units = new Set(
    targets.map(({ name }) => /^stage\d+\.unit\d+/.exec(name)?.[0]).filter((unit) => unit !== undefined),
  )
  return (stage) => [...units].filter((unit) => Number(/^stage(\d+)/.exec(unit)![1]) < stage).length
}
