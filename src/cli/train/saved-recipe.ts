import { existsSync } from 'node:fs'
import { UsageError } from '../../errors.ts'
import { lossNamed } from '../../losses/index.ts'
import { type Recipe, readRecipe, resolveRecipe } from './recipe.ts'

/**
 * The recipe that a run was started with. Options and a recipe file may be given again, but a run goes on as it began.
 * @throws UsageError when there is no run, or something given contradicts it
 */
export async function savedRecipe(
  path: string,
  {
    out,
    file,
    given,
  }: { readonly out: string; readonly file?: string; readonly given: Readonly<Record<string, unknown>> },
): Promise<Recipe> {
  if (!existsSync(path))
    throw new UsageError(`--resume: no run to go on with (${path} is missing), got ${out}`)
  const written = await readRecipe(path)
  const saved = resolveRecipe(written, {}, { where: path })
  const again = file === undefined ? {} : await readRecipe(file)
  const loss = given.loss ?? again.loss
  if (loss !== undefined) refuseOther('loss', saved.loss, lossNamed(String(loss)).name)
  const asked = resolveRecipe(again, given, { where: file ?? '--resume', base: written })
  for (const key of new Set([...Object.keys(asked), ...Object.keys(saved)]) as Set<keyof Recipe>)
    if (key !== 'lossOptions') refuseOther(key, saved[key], asked[key])
  for (const key of Object.keys(saved.lossOptions))
    refuseOther(key, saved.lossOptions[key], asked.lossOptions[key])
  return saved
}

function refuseOther(name: string, before: unknown, now: unknown): void {
  const [was, is] = [before, now].map((value) =>
    value === undefined ? `without ${name}` : `with ${name} ${JSON.stringify(value)}`,
  )
  if (was !== is) throw new UsageError(`--resume: the run was started ${was}, got it ${is}`)
}
