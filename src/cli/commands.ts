import type { Command } from 'commander'

type Register = (program: Command) => void

/** The commands by name. Each is loaded when it is asked for: `doctor` must start where another's library cannot. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  demo: async () => (await import('./demo.ts')).registerDemo,
  train: async () => (await import('./train.ts')).registerTrain,
  import: async () => (await import('./import.ts')).registerImport,
  align: async () => (await import('./align.ts')).registerAlign,
  evaluate: async () => (await import('./evaluate.ts')).registerEvaluate,
  embed: async () => (await import('./embed.ts')).registerEmbed,
  figure: async () => (await import('./figure.ts')).registerFigure,
  sweep: async () => (await import('./sweep.ts')).registerSweep,
  report: async () => (await import('./report.ts')).registerReport,
  losses: async () => (await import('./losses.ts')).registerLosses,
  bounds: async () => (await import('./bounds.ts')).registerBounds,
  watch: async () => (await import('./watch.ts')).registerWatch,
  compare: async () => (await import('./compare.ts')).registerCompare,
  data: async () => (await import('./data.ts')).registerData,
  doctor: async () => (await import('./doctor.ts')).registerDoctor,
}

/** Adds the command that `name` asks for, or all of them where it names none (for help, and for the nearest name). */
export async function registerCommands(program: Command, name: string | undefined): Promise<void> {
  const asked = name === undefined ? undefined : commands[name]
  for (const load of asked ? [asked] : Object.values(commands)) (await load())(program)
}
