import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { registerTrain } from '../../src/cli/train.ts'
import { runCommand } from '../embed/run-command.ts'
import { writePeople } from './pictures.ts'

/** Where the tests of a file train: a folder of their own, a small folder of people in it, and a new run's folder for each test. */
export let base = ''
export let images = ''
export let out = ''
/** Of the images, `<person>/<file>`. */
export let names: string[] = []
let count = 0

/** Gives `out` a new name. */
export function nextRun(): void {
  out = join(base, `run${count++}`)
}

/** Makes the places before the tests of a file, and clears them after. */
export function placesForRuns(): void {
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'train-'))
    images = join(base, 'people')
    names = await writePeople(images)
  })
  afterAll(() => rm(base, { recursive: true }))
  beforeEach(nextRun)
}

/** Runs `steradian train` in this process. */
export const train = (...words: string[]) => runCommand(registerTrain, 'train', ...words)
