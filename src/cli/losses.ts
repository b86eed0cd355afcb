import type { Command } from 'commander'
import {
  defaultText,
  domainText,
  type LossEntry,
  type LossOption,
  losses,
  lossNamed,
  termOptions,
} from '../losses/index.ts'
import { flagOf } from './flag.ts'

/** Adds `steradian losses`. */
export function registerLosses(program: Command): void {
  program
    .command('losses')
    .description('list the losses: equation, paper, options with their ranges and published values')
    .argument('[names...]', 'only these')
    .option('--json', 'print one JSON object')
    .action((names: string[], { json }: { json?: boolean }) => {
      const chosen = names.length > 0 ? names.map(lossNamed) : losses
      process.stdout.write(json ? `${JSON.stringify(factsOf(chosen))}\n` : `${textOf(chosen)}\n`)
    })
}

/** What is known of losses, as JSON has it; the options that any loss with prototypes takes stand once, apart. */
function factsOf(chosen: readonly LossEntry[]) {
  return {
    losses: chosen.map(({ name, aliases, title, paper, formula, options, build }) => {
      const { usesPrototypes = true, prototypesPerClass = 1, comparesPairs = false } = build()
      const own = ownOptions(options).map(optionFacts)
      const takesTerms = options.length > own.length
      return {
        ...{ name, aliases, title, paper, formula, options: own, takesTerms },
        ...{ usesPrototypes, prototypesPerClass, comparesPairs },
      }
    }),
    terms: termOptions.map(optionFacts),
  }
}

const optionFacts = (option: LossOption) => ({
  ...option,
  flag: flagOf(option.name),
  range: domainText(option),
})

/** The options of a loss without those that any takes. */
export const ownOptions = (options: readonly LossOption[]): LossOption[] =>
  options.filter((option) => !termOptions.includes(option))

function textOf(chosen: readonly LossEntry[]): string {
  const each = chosen.map(({ name, aliases, title, paper, formula, options }) =>
    [
      `${name}${aliases.length > 0 ? ` (${aliases.join(', ')})` : ''}: ${title}`,
      `  ${formula}`,
      `  ${paper.authors} ${paper.year}, eq. ${paper.equation}`,
      ...ownOptions(options).map(optionLine),
    ].join('\n'),
  )
  const takesTerms = chosen.some(({ options }) => options.some((option) => termOptions.includes(option)))
  const terms = ['any loss with prototypes besides:', ...termOptions.map(optionLine)].join('\n')
  return [...each, ...(takesTerms ? [terms] : [])].join('\n\n')
}

function optionLine(option: LossOption): string {
  const published = option.published === null ? 'none published' : `published ${option.published}`
  const usual =
    option.published === option.default
      ? `${defaultText(option)}, as published`
      : `${defaultText(option)}, ${published}`
  return `  ${flagOf(option.name)} <${domainText(option)}> (${usual}): ${option.doc}`
}
