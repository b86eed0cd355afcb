import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Dataset, readDataset } from '../../data/index.ts'
import { UsageError } from '../../errors.ts'

/** What the options of `addDataOptions` say. */
export interface DataFlags {
  readonly list?: string
  readonly records?: string
  readonly landmarks?: string
  readonly exclude?: string
}

/** Adds the options that say where a data set lies and what is left out of it, as `steradian train` has them. */
export function addDataOptions(command: Command): Command {
  return command
    .option('--list <file>', 'list file, `path label` a line, instead of a folder')
    .option(
      '--records <folder>',
      "folder of InsightFace's train.rec, train.idx and property, instead of a folder",
    )
    .option(
      '--landmarks <file>',
      'CSV of five points an image; without it images are taken as already aligned',
    )
    .option('--exclude <file>', 'list of people and images to leave out, one a line')
}

/** Reads the data set that a folder or the options name; a folder with a `train.rec` holds records. @throws DataError, UsageError */
export async function givenDataset(
  directory: string | undefined,
  { list, records, landmarks, exclude }: DataFlags,
): Promise<Dataset> {
  const sources = [directory, list, records].filter((source) => source !== undefined)
  if (sources.length !== 1)
    throw new UsageError(
      `data: expected one of a folder, --list and --records, got ${sources.join(' and ') || 'none'}`,
    )
  const holdsRecords = directory !== undefined && existsSync(join(directory, 'train.rec'))
  const folder = holdsRecords ? undefined : directory
  const recordsFolder = holdsRecords ? directory : records
  return readDataset({
    ...(folder !== undefined && { images: folder }),
    ...(list !== undefined && { list }),
    ...(recordsFolder !== undefined && { records: recordsFolder }),
    ...(landmarks !== undefined && { landmarks }),
    ...(exclude !== undefined && { exclude }),
    minPeople: 1,
  })
}
