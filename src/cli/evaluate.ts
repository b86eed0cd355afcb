import type { Command } from 'commander'
import { registerEvaluateBin } from './evaluate/evaluate-bin.ts'
import { registerEvaluateLfw } from './evaluate/evaluate-lfw.ts'
import { registerEvaluateMerge } from './evaluate/evaluate-merge.ts'
import { registerEvaluateOpenSet } from './evaluate/evaluate-open-set.ts'
import { registerEvaluatePairs } from './evaluate/evaluate-pairs.ts'
import { registerEvaluateYtf } from './evaluate/evaluate-ytf.ts'
import { registerEvaluateIjb } from './ijb/evaluate-ijb.ts'
import { registerEvaluateMegaface } from './megaface/evaluate-megaface.ts'

/** Adds `steradian evaluate`, which has a command for each protocol. */
export function registerEvaluate(program: Command): void {
  const evaluate = program.command('evaluate').description('prove a model by a protocol')
  registerEvaluateLfw(evaluate)
  registerEvaluateBin(evaluate)
  registerEvaluatePairs(evaluate)
  registerEvaluateYtf(evaluate)
  registerEvaluateOpenSet(evaluate)
  registerEvaluateIjb(evaluate)
  registerEvaluateMegaface(evaluate)
  registerEvaluateMerge(evaluate)
}
