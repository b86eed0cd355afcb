import { flagOf } from '../src/cli/flag.ts'
import { ownOptions } from '../src/cli/losses.ts'
import {
  defaultText,
  domainText,
  type LossCurve,
  type LossEntry,
  type LossOption,
  lossCurves,
  losses,
  termOptions,
} from '../src/losses/index.ts'
import { notes } from './losses-notes.ts'

/** What is above this line of docs/losses.md is written by hand; what is below is made. */
export const madeBelow =
  '<!-- Made by docs/losses.ts of what the losses say of themselves: change it there. -->'

/** The made part of docs/losses.md: a section for each loss, and one for the terms that others take. */
export function lossesPage(): string {
  const contents = losses.map(({ name, title }) => `- [${title}](#${name}): \`${name}\``)
  return [madeBelow, contents.join('\n'), ...losses.map(section), termsSection()].join('\n\n').concat('\n')
}

function section({ name, aliases, title, paper, formula, options, build }: LossEntry): string {
  const { comparesPairs } = build()
  const own = ownOptions(options)
  const also = aliases.length > 0 ? ` Also called ${aliases.map((alias) => `\`${alias}\``).join(', ')}.` : ''
  const sampler = comparesPairs ? ' --sampler pk' : ''
  return [
    `## ${name}`,
    `**${title}**, ${paper.authors} ${paper.year}, eq. ${paper.equation}.${also}`,
    `> ${formula}`,
    notes[name] ?? '',
    `\`\`\`sh\nnpx steradian train --images people --out run --loss ${name}${sampler}\n\`\`\``,
    ...(own.length > 0 ? [optionTable(own)] : []),
    `![${reading(name)}](losses/${name}.png)`,
  ].join('\n\n')
}

function termsSection(): string {
  return [
    '## Terms that any loss with prototypes takes',
    'A weight above 0 adds the term to the loss: softmax joined to contrastive, triplet or center loss as in their papers, SphereFace+ as `--loss a-softmax --mhe 0.1`, or any other. The recipe and the model say which.',
    '```sh\nnpx steradian train --images people --out run --loss softmax --center 0.008\n```',
    optionTable(termOptions),
  ].join('\n\n')
}

function optionTable(options: readonly LossOption[]): string {
  const rows = options.map((option) => {
    const { name, doc, published } = option
    return [`\`${flagOf(name)}\``, doc, domainText(option), defaultText(option), published ?? '–'].map(cell)
  })
  return table(['option', 'what it is', 'range', 'default', 'published'], rows)
}

const cell = (value: unknown): string => String(value).replaceAll('|', '\\|')

/** Columns as wide as their widest cell, as formatters want them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(...[name, ...rows.map((row) => row[i]!)].map(widthOf)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => text + ' '.repeat(widths[i]! - widthOf(text))).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const widthOf = (text: string): number => [...text].length

/** A curve in words, for those who do not see it. */
function reading(name: string): string {
  const { kind, curves } = lossCurves(name)
  const what = kind === 'logit' ? 'Logit of the own class' : 'Loss'
  return `${what} under ${name} by the angle: ${curves.map(inWords).join('; ')}`
}

const inWords = ({ name, at }: LossCurve): string =>
  `${name}: ${[0, 90, 180].map((degrees) => `${at((degrees * Math.PI) / 180).toFixed(2)} at ${degrees}°`).join(', ')}`.replaceAll(
    '|',
    '∣',
  )
