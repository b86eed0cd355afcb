import { type Fit, fitted, plain, type Target } from './by-names.ts'
import type { FileLayer, FileTensor, Part, WeightFile } from './weight-file.ts'

/** A layer of ours: its tensors by their parts. */
interface OurLayer {
  readonly kind: FileLayer['kind']
  readonly name: string
  readonly parts: Map<Part, Target>
}

/** A normalisation that changes nothing: variance 1, and 1e-5 added to it. */
const neutral = { weight: Math.sqrt(1 + 1e-5), bias: 0, mean: 0, variance: 1 }

/**
 * Takes the tensors of a file by their shapes, in order: by the layers as they run where the file says so, where batch
 * normalisation may be folded into the layer before it; else each by the kind of tensor that its name and shape tell.
 */
export const inOrder = (file: WeightFile, targets: readonly Target[]): Fit =>
  file.layers ? byLayers(file.layers, targets) : byShapes(file, targets)

function byLayers(given: readonly FileLayer[], targets: readonly Target[]): Fit {
  const values = new Map<string, () => Promise<Float32Array>>()
  const problems: string[] = []
  const put = (target: Target, part: FileTensor | number | undefined, layer: string): void => {
    if (typeof part === 'number' || part === undefined) {
      const value = part ?? 0
      values.set(target.name, async () =>
        new Float32Array(target.shape.reduce((n, size) => n * size, 1)).fill(value),
      )
      return
    }
    const read = fitted(part, target)
    if (read) values.set(target.name, read)
    else
      problems.push(
        `${target.name} needs [${plain(target.shape)}], got ${part.name || layer} [${part.shape}]`,
      )
  }
  let at = 0
  let folded: FileTensor | number | undefined
  for (const { kind, name, parts } of layersOf(targets)) {
    const layer = given[at]
    // A bias that waits was that of a normalisation: the next one of the file is another.
    if (layer?.kind === kind && !(kind === 'norm' && folded !== undefined)) {
      at++
      for (const [part, target] of parts) {
        const usual = kind === 'norm' ? neutral[part as keyof typeof neutral] : undefined
        if (layer.parts[part] === undefined && part === 'weight' && kind === 'linear')
          problems.push(`${target.name} has none in ${layer.name}`)
        else put(target, layer.parts[part] ?? usual, layer.name)
      }
      // A bias that ours does not have waits for the normalisation behind it.
      folded = parts.has('bias') ? undefined : layer.parts.bias
    } else if (kind === 'norm') {
      for (const [part, target] of parts)
        put(target, part === 'bias' ? (folded ?? 0) : neutral[part as keyof typeof neutral], name)
      folded = undefined
    } else
      problems.push(
        `${name} needs a layer that ${deed[kind]}, got ${layer ? `${layer.name}, which ${deed[layer.kind]}` : 'none'}`,
      )
    if (problems.length > 0) break
  }
  if (problems.length === 0)
    for (const { name, kind } of given.slice(at)) problems.push(`${name}, which ${deed[kind]}, has no place`)
  return { by: 'by shapes in the order of its layers', values, left: [], found: values.size, problems }
}

const deed = { linear: 'weighs', norm: 'normalises', slope: 'bends' } as const

/** Our tensors as layers, in their order. */
function layersOf(targets: readonly Target[]): OurLayer[] {
  const layers = new Map<string, OurLayer>()
  for (const target of targets) {
    const dot = target.name.lastIndexOf('.')
    const part = target.name.slice(dot + 1) as Part
    const path = target.name.slice(0, dot)
    const kind = part === 'slope' ? 'slope' : /(^|\.)norm$/.test(path) ? 'norm' : 'linear'
    const name = kind === 'slope' ? target.name : path
    const layer = layers.get(name) ?? { kind, name, parts: new Map() }
    layer.parts.set(part, target)
    layers.set(name, layer)
  }
  return [...layers.values()]
}

/** What sorts of tensors there are, told by name and shape. */
function sortOf(name: string, shape: readonly number[], isNorm: boolean): string {
  if (/mean$/.test(name)) return 'mean'
  if (/var(iance)?$/.test(name)) return 'variance'
  if (/bias$|beta$/.test(name)) return isNorm ? 'norm bias' : 'bias'
  if (plain(shape).length > 1) return 'weight'
  return isNorm ? 'norm weight' : 'slope'
}

function byShapes({ tensors }: WeightFile, targets: readonly Target[]): Fit {
  const stem = (name: string): string => name.slice(0, name.lastIndexOf('.') + 1)
  const norms = new Set([...tensors.keys()].filter((name) => /mean$/.test(name)).map(stem))
  const free = [...tensors.values()].filter(({ name }) => !name.endsWith('num_batches_tracked'))
  const queues = new Map<string, FileTensor[]>()
  for (const tensor of free) {
    const key = `${sortOf(tensor.name, tensor.shape, norms.has(stem(tensor.name)))} [${plain(tensor.shape)}]`
    queues.set(key, [...(queues.get(key) ?? []), tensor])
  }
  const values = new Map<string, () => Promise<Float32Array>>()
  const problems: string[] = []
  const used = new Set<string>()
  for (const { name, shape } of targets) {
    const isNorm = /(^|\.)norm\.[a-z]+$/.test(name)
    const key = `${sortOf(name.replace(/slope$/, 'weight'), shape, isNorm)} [${plain(shape)}]`
    const next = queues.get(key)?.shift()
    if (!next) problems.push(`${name} needs a ${key}, got none that is left`)
    else {
      used.add(next.name)
      values.set(name, next.read)
    }
  }
  for (const { name, shape } of free) if (!used.has(name)) problems.push(`${name} [${shape}] has no place`)
  return { by: 'by shapes in order', values, left: [], found: values.size, problems }
}
