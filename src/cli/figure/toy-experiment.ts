import type { ToyData } from './toy-data.ts'
import { toyLoss } from './toy-losses.ts'
import { type ToyResult, type ToyTrainingOptions, trainToy } from './toy-training.ts'

export interface ToyExperimentOptions extends Omit<ToyTrainingOptions, 'from' | 'onStep' | 'rate'> {
  /** Steps of the network that all losses start from; 0 for none. */
  readonly start?: number
  /** Told after each step: what is trained, steps done and in all of the whole experiment. */
  readonly onProgress?: ((what: string, done: number, of: number) => void) | undefined
}

const startRate = 0.02

/**
 * Trains the toy network once for each loss. All start from one network, learnt by A-Softmax with m = 1 (weights of length 1,
 * features free): from random weights a loss that normalises the features leaves classes in two or three dimensions in a
 * wrong order round the circle, where no small step mends it.
 * @throws NumericError, UsageError; the signal's reason where it is stopped
 */
export async function toyExperiment(
  data: ToyData,
  keys: readonly string[],
  { start = 500, steps = 300, onProgress, ...options }: ToyExperimentOptions = {},
): Promise<ToyResult[]> {
  const losses = keys.map(toyLoss)
  const of = start + losses.length * steps
  let before = 0
  const run = async (
    what: string,
    ...[loss, own]: [ReturnType<typeof toyLoss>, ToyTrainingOptions & { readonly steps: number }]
  ): Promise<ToyResult> => {
    const onStep = ({ step }: { step: number }) => onProgress?.(what, before + step, of)
    const result = await trainToy(data, loss, { ...options, ...own, onStep })
    before += own.steps
    return result
  }
  const from =
    start > 0
      ? (await run('start', toyLoss('a-softmax:1'), { steps: start, rate: startRate })).values
      : undefined
  const results: ToyResult[] = []
  for (const loss of losses)
    results.push(await run(loss.title, loss, from ? { steps, from } : { steps, rate: startRate }))
  return results
}
