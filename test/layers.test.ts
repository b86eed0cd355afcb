import { describe, expect, it } from 'vitest'
import { importsIn, sourceFiles, sourceImports, textOf } from './imports.ts'

/** Who may import whom; `import type` counts, `src/errors.ts` is open to all, and the command line may import everything. */
const layers: Readonly<Record<string, readonly string[]>> = {
  math: [],
  image: ['math'],
  graph: ['math'],
  figures: ['math'],
  runtime: [],
  onnx: ['graph', 'math'],
  nn: ['graph', 'math'],
  backbones: ['nn', 'graph'],
  losses: ['graph', 'math'],
  optim: ['graph', 'math'],
  data: ['image', 'math'],
  train: ['graph', 'onnx', 'optim', 'runtime', 'math'],
  weights: ['onnx', 'graph', 'math'],
  detect: ['runtime', 'image', 'math'],
  embed: ['runtime', 'image', 'math'],
  search: ['graph', 'onnx', 'runtime', 'math'],
  evaluate: ['data', 'search', 'math'],
  gallery: ['search', 'math'],
  quantise: ['onnx', 'runtime'],
  report: ['evaluate', 'figures', 'math'],
  serve: ['embed', 'detect', 'gallery', 'image'],
}
const everything = ['cli']

/** The only places that may import a package. */
const packages: Readonly<Record<string, RegExp>> = {
  'onnxruntime-node': /^src\/runtime\/node[^/]*\.ts$/,
  'onnxruntime-web': /^src\/runtime\/web[^/]*\.ts$/,
  'onnxruntime-common': /^src\/runtime\//,
  sharp: /^src\/image\//,
  protobufjs: /^src\/onnx\//,
  commander: /^src\/cli\//,
  zod: /^src\/cli\//,
  '@observablehq/plot': /^src\/figures\//,
  linkedom: /^src\/figures\//,
  '@resvg/resvg-js': /^src\/cli\/figure\/figure-png\.ts$/,
  'subset-font': /^src\/cli\/figure\/figure-font\.ts$/,
}

/** Folders that run in a browser as they are: no module and no global of Node. */
const portable = [
  ...['math', 'graph', 'onnx', 'nn', 'backbones', 'losses', 'optim'],
  ...['figures', 'detect', 'evaluate', 'report', 'weights'],
]

const imports = sourceImports()
const folderOf = (file: string): string | undefined => /^src\/([^/]+)\//.exec(file)?.[1]
const isFile = (target: string): boolean => target.startsWith('src/')
const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
const line = ({ file, target }: { file: string; target: string }): string => `${file} imports ${target}`

/** The cycles that are met from each place on, without those of a place with itself. */
function cyclesOf(edges: readonly (readonly [from: string, to: string])[]): string[] {
  const below = new Map<string, Set<string>>()
  for (const [from, to] of edges)
    if (from !== to) below.set(from, (below.get(from) ?? new Set<string>()).add(to))
  const done = new Set<string>()
  const cycleFrom = (place: string, path: readonly string[]): string | null => {
    if (path.includes(place)) return [...path.slice(path.indexOf(place)), place].join(' -> ')
    if (done.has(place)) return null
    for (const next of below.get(place) ?? []) {
      const cycle = cycleFrom(next, [...path, place])
      if (cycle) return cycle
    }
    done.add(place)
    return null
  }
  return [...new Set([...below.keys()].flatMap((place) => cycleFrom(place, []) ?? []))]
}

describe('the layers', () => {
  it('know every folder', () => {
    const folders = new Set(sourceFiles().flatMap((file) => folderOf(file) ?? []))
    const known = [...Object.keys(layers), ...everything]
    expect([...folders].filter((folder) => !known.includes(folder))).toEqual([])
  })

  it('hold: a folder imports only those below it', () => {
    const broken = imports.filter(({ file, target }) => {
      const [from, to] = [folderOf(file), folderOf(target)]
      if (!isFile(target) || target === 'src/errors.ts' || from === to) return false
      return from === undefined || (!everything.includes(from) && !layers[from]?.includes(to ?? ''))
    })
    expect(broken.map(line)).toEqual([])
  })

  it('have no file beside the folders but errors.ts, which imports nothing', () => {
    expect(sourceFiles().filter((file) => folderOf(file) === undefined)).toEqual(['src/errors.ts'])
    expect(imports.filter(({ file }) => file === 'src/errors.ts')).toEqual([])
  })

  it('have no cycles between folders, nor between files', () => {
    const pairs = imports.flatMap(({ file, target }) => (isFile(target) ? [[file, target] as const] : []))
    const folders = pairs.flatMap(([file, target]) => {
      const [from, to] = [folderOf(file), folderOf(target)]
      return from && to ? [[from, to] as const] : []
    })
    expect(cyclesOf(folders)).toEqual([])
    // But for the operations of a graph, whose gradients are made of one another.
    expect(cyclesOf(pairs.filter(([file]) => folderOf(file) !== 'graph'))).toEqual([])
  })

  it('lead no import out of src', () => {
    const out = imports.filter(({ target }) => /^(\.\.|test|bench|examples|recipes)\b/.test(target))
    expect(out.map(line)).toEqual([])
  })
})

describe('packages', () => {
  const external = imports.filter(({ target }) => !isFile(target) && !target.startsWith('node:'))

  it('are all known, each with the place that may import it', () => {
    expect(external.filter(({ target }) => !packages[packageOf(target)]).map(line)).toEqual([])
  })

  it('are imported nowhere else', () => {
    const broken = external.filter(({ file, target }) => packages[packageOf(target)]?.test(file) === false)
    expect(broken.map(line)).toEqual([])
  })
})

describe('folders that a browser runs', () => {
  it('import no module of Node', () => {
    const broken = imports.filter(
      ({ file, target }) => target.startsWith('node:') && portable.includes(folderOf(file) ?? ''),
    )
    expect(broken.map(line)).toEqual([])
  })

  it('use no global of Node', () => {
    const globals = /(?<![\w.$'])(?:Buffer|process|__dirname|require)(?=[.([])/
    const broken = sourceFiles().filter(
      (file) => portable.includes(folderOf(file) ?? '') && globals.test(textOf(file)),
    )
    expect(broken).toEqual([])
  })
})

describe('the reading of imports', () => {
  it('finds every form', () => {
    const text = [
      "import a from 'a'",
      "import b, { c as d, type e } from './b.ts'",
      "import * as f from '../f.ts'",
      "import type { g } from 'g'",
      "import 'h'",
      "import {\n  i,\n  type j,\n} from '@scope/i'",
      "export * from './k.ts'",
      "export * as l from './l.ts'",
      "export {\n  m,\n} from './m.ts'",
      "export type { n } from './n.ts'",
      "const o = await import('o')",
      "type p = typeof import('./p.ts')",
      "new Worker(new URL('./q.ts', import.meta.url))",
      "const r = 'import nothing'",
      "/** imports from 's' */ export const t = `from 'u'`",
    ].join('\n')
    expect(importsIn(text).toSorted()).toEqual(
      [
        ...['a', './b.ts', '../f.ts', 'g', 'h', '@scope/i', './k.ts', './l.ts', './m.ts', './n.ts'],
        ...['o', './p.ts', './q.ts'],
      ].toSorted(),
    )
  })

  it('finds as many as there are lines that end in a module, in all of src', () => {
    for (const file of sourceFiles()) {
      const lines = textOf(file)
        .split('\n')
        .filter((text) => /^(import|export|\}).* from '[^']+'$|^import '[^']+'$/.test(text))
      const found = importsIn(textOf(file)).filter((name) => lines.some((text) => text.endsWith(`'${name}'`)))
      expect(found.length, file).toBeGreaterThanOrEqual(lines.length)
    }
  })
})
