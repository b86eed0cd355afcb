import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { DataError, fileProblem, UsageError } from '../errors.ts'
import { nearest } from '../math/index.ts'
import type { FigureEntry } from './figure/figure-entry.ts'
import { charactersWithoutGlyph } from './figure/figure-font.ts'
import { numberOption } from './figure/figure-options.ts'
import { type FigureOutput, figureFile, formatOf } from './figure/figure-output.ts'
import { figures } from './figure/figures-table.ts'
import { writeWhole } from './files/write-file.ts'

interface Flags {
  readonly out: readonly string[]
  readonly title?: string
  readonly width?: number
  readonly density: number
  readonly dark?: boolean
}

/** Adds `steradian figure`, which has a command for each figure. */
export function registerFigure(program: Command): void {
  const figure = program
    .command('figure')
    .description('draw a figure as SVG, PNG or HTML, or write its numbers as CSV')
    .argument('[name...]', 'which; --list names them')
    // So that an unknown name is what is said, whatever stands behind it.
    .allowUnknownOption()
    .option('--list', 'name the figures, each with what it shows')
    .action(([name]: readonly string[], { list }: { list?: boolean }) => {
      if (!list || name !== undefined) throw new UsageError(`figure: ${unknownText(name)}`)
      process.stdout.write(listText())
    })
  for (const entry of figures) addFigure(figure, entry)
}

function addFigure(parent: Command, entry: FigureEntry): void {
  const command = parent.command(entry.name).description(entry.shows)
  entry.addOptions?.(command)
  command
    .requiredOption(
      '--out <file>',
      'a file that ends in .svg, .png, .html or .csv; may be given several times',
      (path: string, before: readonly string[] = []) => [...before, path],
    )
    .option('--title <text>', 'the line above the figure')
    .option(
      '--width <pixels>',
      'of the figure, in CSS pixels',
      numberOption('width', 120, 4096, { whole: true }),
    )
    .option(
      '--density <n>',
      'pixels of a PNG for one CSS pixel',
      numberOption('density', 1, 8, { whole: true }),
      2,
    )
    .option('--dark', 'light lines on a dark ground')
    .action(async () => drawFigure(entry, command))
}

/** Draws a figure and writes the files asked for. @throws UsageError, DataError */
async function drawFigure(entry: FigureEntry, command: Command): Promise<void> {
  const { out, title, width, density, dark, ...flags } = command.opts<Flags>()
  const formats = out.map(formatOf)
  // Before what may take long.
  for (const path of out) await mustBeFolder(dirname(path))
  const drawn = await entry.draw({
    args: command.processedArgs.flat().filter((value) => value !== undefined),
    flags,
    look: { ...(title !== undefined && { title }), ...(width !== undefined && { width }) },
  })
  for (const note of drawn.notes ?? []) process.stderr.write(`${entry.name}: ${note}\n`)
  const boxes = formats.every((format) => format === 'csv') ? [] : await charactersWithoutGlyph(drawn.svg)
  if (boxes.length > 0) process.stderr.write(`${entry.name}: ${boxesText(boxes)}\n`)
  const output: FigureOutput = { palette: dark ? 'dark' : undefined, density }
  for (const [i, path] of out.entries()) {
    await writeWhole(path, await figureFile(drawn, formats[i]!, output))
    process.stdout.write(`${path}\n`)
  }
}

/** What becomes of characters that cannot be drawn, in one line. */
function boxesText(characters: readonly string[]): string {
  const some = characters.slice(0, 12).join(' ')
  const more = characters.length > 12 ? ` and ${characters.length - 12} more` : ''
  return `the bundled font lacks ${some}${more}: a PNG has empty boxes there, SVG and HTML what the reader's fonts have`
}

/** @throws DataError where a file could not be put there */
async function mustBeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error) => {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  })
  if (!found.isDirectory()) throw new DataError(`${folder}: is no folder`)
}

function listText(): string {
  const width = Math.max(...figures.map(({ name }) => name.length)) + 2
  return figures.map(({ name, shows }) => `${name.padEnd(width)}${shows}\n`).join('')
}

function unknownText(name: string | undefined): string {
  if (name === undefined) return 'expected a name, or --list for all of them'
  const names = figures.map((entry) => entry.name)
  const near = nearest(name, names)
  return `unknown figure, ${near ? `did you mean ${near}?` : `there are ${names.join(', ')};`} got ${name}`
}
