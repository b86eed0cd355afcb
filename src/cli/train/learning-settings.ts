import { DataError } from '../../errors.ts'
import type { Checkpoint } from '../../train/index.ts'
import type { Recipe } from './recipe.ts'

/**
 * Settings that may be others when a run goes on: its images are known by their hash, its length by what its steps were
 * fed, `threads` and `lowering` are told apart by the trainer, and the rest changes nothing of what is learnt.
 */
const free: ReadonlySet<string> = new Set([
  ...['images', 'list', 'records', 'landmarks', 'exclude', 'vectors', 'labels', 'minImages', 'maxImages'],
  ...['from', 'epochs', 'steps'],
  ...['threads', 'lowering', 'cache', 'checkpointEvery', 'flip', 'licence', 'lossOptions', 'headStorage'],
])

/** The settings of a recipe on which what is learnt depends, and which a run keeps from its first step to its last. */
export const learningSettings = (recipe: Recipe): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(recipe).filter(([key]) => !free.has(key))),
  lossOptions: recipe.lossOptions,
})

/**
 * Checks that the recipe in a run's folder is the one that its checkpoint was made with; older checkpoints do not say.
 * @throws DataError naming the recipe's file, the setting and both values
 */
export function checkUnchanged(
  { settings, step }: Checkpoint,
  recipe: Recipe,
  { path }: { readonly path: string },
): void {
  const { recipe: saved } = settings as { readonly recipe?: Record<string, unknown> }
  if (!saved) return
  const here = learningSettings(recipe)
  const differ = (name: string, was: unknown, is: unknown): void => {
    const [before, now] = [was, is].map((value) => JSON.stringify(value) ?? 'none')
    if (before !== now)
      throw new DataError(
        `${path}: ${name} was ${before} when the checkpoint of step ${step} was made, got ${now}`,
      )
  }
  const { lossOptions: optionsBefore, ...before } = saved
  for (const [name, was] of Object.entries(before)) differ(name, was, here[name])
  const [was, is] = [optionsBefore, here.lossOptions] as [Record<string, unknown>, Record<string, unknown>]
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) differ(name, was[name], is[name])
}
