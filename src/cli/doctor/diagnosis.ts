import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import os from 'node:os'
import { conv, input } from '../../graph/index.ts'
import { emit, lower } from '../../onnx/index.ts'
import { createStepSession } from '../../runtime/index.ts'
import { type Provider, providers } from '../../runtime/node-providers.ts'
import { version } from '../version.ts'
import { instructionSets } from './instruction-sets.ts'
import { type ChosenLowering, chosenLowerings } from './lowerings.ts'

/** What matters here of a machine and an installation. */
export interface Diagnosis {
  /** Whether everything works that nothing works without. */
  readonly ok: boolean
  readonly steradian: string
  readonly node: { readonly version: string; readonly wanted: string }
  readonly platform: { readonly os: string; readonly arch: string; readonly libc: string | null }
  readonly processor: {
    readonly name: string
    readonly cores: number
    readonly instructionSets: readonly string[] | null
  }
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number }
  /** `version` is null where a small model does not run. */
  readonly runtime: { readonly version: string | null; readonly providers: readonly Provider[] }
  /** Null where a small picture is not decoded. */
  readonly sharp: { readonly version: string; readonly libvips: string } | null
  readonly lowerings: readonly ChosenLowering[]
  readonly disk: { readonly folder: string; readonly freeBytes: number }
  /** What keeps this from working, a line each. */
  readonly problems: readonly string[]
  /** What would make it work better, a line each. */
  readonly hints: readonly string[]
}

/** Looks at the machine and tries the parts that are not our own. It throws nothing: what fails is a problem. */
export async function diagnose(): Promise<Diagnosis> {
  const problems: string[] = []
  const hints: string[] = []
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      problems.push(`${what}: ${(error as Error).message.replace(/\s+/g, ' ')}`)
      return null
    }
  }
  const wanted = wantedNode()
  const node = process.versions.node
  if (!isAtLeast(node, wanted)) problems.push(`node: expected ${wanted} or newer, got ${node}`)

  const libc = libcName()
  const isGlibc = libc?.startsWith('glibc') === true
  const platform = { os: process.platform, arch: process.arch, libc }
  if (!hasRuntime(process.platform, process.arch, { isGlibc }))
    problems.push(
      `platform: onnxruntime-node is built for linux with glibc (x64, arm64), macOS (arm64) and Windows (x64, arm64), ` +
        `got ${process.platform} ${process.arch}${libc ? ` with ${libc}` : ''}`,
    )
  const runtimeVersion = await attempt('runtime', runSmallModel)
  if (runtimeVersion === null)
    hints.push('reinstall the runtime by npm i onnxruntime-node; where it may fetch nothing more, see below')
  const offered = (await attempt('runtime', async () => providers())) ?? []
  const sharp = await attempt('sharp', decodeSmallPicture)
  if (sharp === null) hints.push('reinstall sharp with its optional packages: npm i --include=optional sharp')

  const limit = process.constrainedMemory()
  const totalBytes = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem()
  const memory = { totalBytes, freeBytes: Math.min(process.availableMemory(), totalBytes) }
  const { bavail, bsize } = await statfs('.')
  hints.push(
    'install where only the npm registry can be reached: ONNXRUNTIME_NODE_INSTALL=skip npm i steradian',
  )
  return {
    ok: problems.length === 0,
    steradian: version,
    node: { version: node, wanted },
    platform,
    processor: {
      name: os.cpus()[0]?.model.trim() || 'unknown',
      cores: os.availableParallelism(),
      instructionSets: (await instructionSets()) ?? null,
    },
    memory,
    runtime: { version: runtimeVersion, providers: offered },
    sharp,
    lowerings: chosenLowerings(),
    disk: { folder: process.cwd(), freeBytes: bavail * bsize },
    problems,
    hints,
  }
}

/** The oldest Node that the package asks for. */
function wantedNode(): string {
  const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    engines: { node: string }
  }
  return engines.node.replace(/^\D*/, '')
}

/** Whether a version is not older than another, by the parts that the other names. */
export function isAtLeast(found: string, wanted: string): boolean {
  const [a, b] = [found, wanted].map((text) => text.split('.').map(Number))
  for (const [i, part] of b!.entries()) if (a![i] !== part) return (a![i] ?? 0) > part
  return true
}

/** Whether onnxruntime-node has files for a platform. */
export function hasRuntime(
  platform: string,
  arch: string,
  { isGlibc }: { readonly isGlibc: boolean },
): boolean {
  if (platform === 'linux') return isGlibc && (arch === 'x64' || arch === 'arm64')
  if (platform === 'darwin') return arch === 'arm64'
  return platform === 'win32' && (arch === 'x64' || arch === 'arm64')
}

/** The C library of a Linux, such as `glibc 2.36`; null elsewhere. */
function libcName(): string | null {
  if (process.platform !== 'linux') return null
  // Without it, names of network interfaces are looked up, which may take seconds.
  const report = Object.assign(process.report, { excludeNetwork: true })
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`
}

/** Runs a convolution in the form that training uses and checks its numbers; the runtime's name and version. */
async function runSmallModel(): Promise<string> {
  const y = conv(input('x', [1, 1, 4, 4]), input('w', [1, 1, 3, 3]), { pads: [1, 1, 1, 1] })
  const session = await createStepSession(emit(lower({ y }), { name: 'doctor' }), { threads: 1, state: {} })
  try {
    const ones = (shape: number[]) => ({
      type: 'float32' as const,
      shape,
      data: new Float32Array(shape.reduce((n, size) => n * size, 1)).fill(1),
    })
    const { y: got } = await session.step({ x: ones([1, 1, 4, 4]), w: ones([1, 1, 3, 3]) })
    // How many of the nine neighbours lie inside the map.
    const expected = [4, 6, 6, 4, 6, 9, 9, 6, 6, 9, 9, 6, 4, 6, 6, 4]
    const data = [...(got?.data ?? [])].map(Number)
    if (!expected.every((value, i) => Math.abs(value - data[i]!) < 1e-3))
      throw new Error(`a small convolution should give ${expected}, got ${data}`)
    return session.version
  } finally {
    await session.close()
  }
}

/** Encodes a picture and decodes it again; the versions of what does that. */
async function decodeSmallPicture(): Promise<{ version: string; libvips: string }> {
  // Loaded here, so that the absence of the native library is a finding.
  const [{ decode }, { encodePng }, { codecVersion }] = await Promise.all([
    import('../../image/decode.ts'),
    import('../../image/encode.ts'),
    import('../../image/codec-version.ts'),
  ])
  const red = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => (i % 3 === 0 ? 255 : 0))
  const { width, height, data } = await decode(await encodePng(red, { height: 2, width: 3 }))
  if (width !== 3 || height !== 2 || !red.every((value, i) => data[i] === value))
    throw new Error(`a small red picture should come back as it was, got ${width} x ${height}, ${data}`)
  const { sharp, libvips } = codecVersion()
  return { version: sharp, libvips }
}
