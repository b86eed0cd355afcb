import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The extensions that matter for arithmetic here, as Linux names them: of x64, then of ARM. */
const telling = [
  ...['sse4_2', 'avx', 'avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx512vl', 'avx512_vnni', 'avx_vnni'],
  ...['avx512_bf16', 'avx512_fp16', 'amx_tile', 'amx_int8', 'amx_bf16'],
  ...['asimd', 'asimdhp', 'asimddp', 'i8mm', 'bf16', 'sve', 'sve2'],
]

/** The telling instruction sets in the text of /proc/cpuinfo, or undefined where it names none. */
export function instructionSetsOf(cpuinfo: string): string[] | undefined {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]
  if (line === undefined) return undefined
  const flags = new Set(line.trim().split(/\s+/))
  return telling.filter((name) => flags.has(name))
}

/** The same in what `sysctl hw.optional` prints on a Mac; names without `FEAT_`. */
export function instructionSetsOfMac(sysctl: string): string[] | undefined {
  const found = [...sysctl.matchAll(/^hw\.optional\.arm\.FEAT_(DotProd|I8MM|BF16|FP16|SME2?): 1$/gm)]
  return sysctl.includes('hw.optional') ? ['NEON', ...found.map((match) => match[1]!)] : undefined
}

/** The telling instruction sets of this machine, or undefined where it does not say. */
export async function instructionSets(platform: string = process.platform): Promise<string[] | undefined> {
  try {
    if (platform === 'linux') return instructionSetsOf(await readFile('/proc/cpuinfo', 'utf8'))
    if (platform === 'darwin')
      return instructionSetsOfMac((await promisify(execFile)('sysctl', ['hw.optional'])).stdout)
  } catch {
    // A sandbox may hide it.
  }
  return undefined
}
