import type { Command } from 'commander'
import { type Diagnosis, diagnose } from './doctor/diagnosis.ts'

/** Adds `steradian doctor`. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what matters here of this machine and installation, and what is missing')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const diagnosis = await diagnose()
      process.stdout.write(json ? `${JSON.stringify(diagnosis)}\n` : `${diagnosisText(diagnosis)}\n`)
      if (!diagnosis.ok) process.exitCode = 1
    })
}

/** A diagnosis for people. */
function diagnosisText(diagnosis: Diagnosis): string {
  const { node, platform, processor, memory, runtime, sharp, lowerings, disk, problems, hints } = diagnosis
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  const named = (bundled: boolean): string =>
    runtime.providers
      .filter((provider) => provider.bundled === bundled)
      .map((provider) => provider.name)
      .join(', ') || 'none'
  const rows: [string, string][] = [
    ['steradian', diagnosis.steradian],
    ['node', node.version],
    ['platform', [platform.os, platform.arch, platform.libc].filter(Boolean).join(' ')],
    ['processor', `${processor.name}, ${processor.cores} ${processor.cores === 1 ? 'core' : 'cores'}`],
    ['instructions', processor.instructionSets?.join(' ') ?? 'unknown'],
    ['memory', `${gib(memory.totalBytes)}, ${gib(memory.freeBytes)} free`],
    ['disk', `${gib(disk.freeBytes)} free in ${disk.folder}`],
    ['runtime', runtime.version ? `${runtime.version}, runs a small model` : 'does not run'],
    ['devices', `${named(true)}; with files installed apart: ${named(false)}`],
    [
      'sharp',
      sharp ? `${sharp.version} (libvips ${sharp.libvips}), decodes a small picture` : 'does not work',
    ],
    ...lowerings.map(({ layer, form }, i): [string, string] => [
      i === 0 ? 'lowerings' : '',
      `${layer}: ${form}`,
    ]),
  ]
  return [
    ...rows.map(([name, value]) => `${name.padEnd(14)}${value}`),
    ...hints.map((hint) => `hint: ${hint}`),
    ...problems.map((problem) => `problem: ${problem}`),
    problems.length === 0
      ? 'nothing is missing'
      : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
  ].join('\n')
}
