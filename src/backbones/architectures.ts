import { UsageError } from '../errors.ts'
import type { Tensor } from '../graph/index.ts'
import { ir, irDepths } from './ir.ts'
import { type MlpOptions, mlp } from './mlp.ts'
import { mobileFaceNet } from './mobile-face-net.ts'
import type { NetworkOptions } from './network-options.ts'
import { type SfnetOptions, sfnet, sfnetDepths } from './sfnet.ts'

/** The options of any network; each takes those that are its own. */
export type ArchitectureOptions = NetworkOptions &
  Pick<SfnetOptions, 'batchNorm'> &
  Pick<MlpOptions, 'hidden'>

/** A network that is known by a name: pixels [N, 3, H, W], or vectors [N, K], -> features [N, D]. */
export interface Architecture {
  readonly name: string
  /** Options that it takes besides those of all networks. */
  readonly takes: readonly ('batchNorm' | 'hidden')[]
  /** Whether it is made for vectors, not pictures. */
  readonly isForVectors: boolean
  /** What it is published with: height and width of its pictures in pixels, where the five points of a face go, and D. */
  readonly usual: {
    readonly height: number
    readonly width: number
    readonly alignment: 'sphereface' | 'arcface'
    readonly dimensions: number
  }
  readonly build: (x: Tensor, options?: ArchitectureOptions) => Tensor
}

const tall = { height: 112, width: 96, alignment: 'sphereface', dimensions: 512 } as const
const square = { height: 112, width: 112, alignment: 'arcface', dimensions: 512 } as const

/** Every network by name. */
export const architectures: readonly Architecture[] = [
  ...sfnetDepths.map(
    (depth): Architecture => ({
      name: `sfnet${depth}`,
      takes: ['batchNorm'],
      isForVectors: false,
      usual: tall,
      build: (x, options) => sfnet(x, { ...options, depth }),
    }),
  ),
  ...irDepths.map(
    (depth): Architecture => ({
      name: `ir${depth}`,
      takes: [],
      isForVectors: false,
      usual: square,
      build: (x, options) => ir(x, { ...options, depth }),
    }),
  ),
  {
    name: 'mobilefacenet',
    takes: [],
    isForVectors: false,
    usual: { ...square, dimensions: 128 },
    build: mobileFaceNet,
  },
  { name: 'mlp', takes: ['batchNorm', 'hidden'], isForVectors: true, usual: tall, build: mlp },
]

/** The network of a name. @throws UsageError where there is none */
export function architectureNamed(name: string): Architecture {
  const found = architectures.find((each) => each.name === name)
  if (found) return found
  throw new UsageError(
    `architecture must be one of ${architectures.map((each) => each.name).join(', ')}, got ${name}`,
  )
}
