import type { Command } from 'commander'
import { UsageError } from '../errors.ts'
import {
  boundsText,
  boundWarnings,
  marginLimits,
  marginUpperBound,
  scaleLowerBound,
} from '../losses/index.ts'
import { numberOption } from './figure/figure-options.ts'

interface Flags {
  readonly classes: number
  readonly dimensions: number
  readonly posterior: readonly number[]
  readonly scale?: number
  readonly margin?: number
  readonly json?: boolean
}

/** Adds `steradian bounds`. */
export function registerBounds(program: Command): void {
  program
    .command('bounds')
    .description('say which scale s and margin m suit so many classes and dimensions, in words')
    .requiredOption(
      '--classes <C>',
      'people of the training set',
      numberOption('classes', 2, 1e9, { whole: true }),
    )
    .requiredOption(
      '--dimensions <K>',
      'of the embedding',
      numberOption('dimensions', 2, 65_536, { whole: true }),
    )
    .option(
      '--posterior <list>',
      'wanted at a class centre; the first is what --scale is held to',
      posteriors,
      [0.9, 0.99, 0.999],
    )
    .option('--scale <s>', 'a scale to judge', numberOption('scale', 0, 1e6))
    .option('--margin <m>', 'a margin of LMCL to judge', numberOption('margin', 0, 2))
    .option('--json', 'print one JSON object')
    .action(({ classes, dimensions, posterior, scale, margin, json }: Flags) => {
      const asked = { classes, dimensions, posteriors: posterior, s: scale, m: margin }
      if (!json) process.stdout.write(`${boundsText(asked).join('\n')}\n`)
      else {
        const facts = {
          classes,
          dimensions,
          scale: posterior.map((p) => ({ posterior: p, least: scaleLowerBound(classes, p) })),
          margin: { ...marginUpperBound(classes, dimensions), ...marginLimits(classes, dimensions) },
          warnings: boundWarnings(
            { s: scale ?? null, m: margin ?? 0, classes, dimensions },
            { posterior: posterior[0]! },
          ),
        }
        process.stdout.write(`${JSON.stringify(facts)}\n`)
      }
    })
}

/** @throws UsageError */
function posteriors(text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (!values.every((value) => value > 0 && value < 1))
    throw new UsageError(`--posterior: expected numbers between 0 and 1, such as 0.9,0.99, got ${text}`)
  return values
}
