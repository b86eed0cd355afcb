import type { Command } from 'commander'
import { registerEvaluateBin } from './evaluate-bin.ts'
import { registerEvaluateIjb } from './evaluate-ijb.ts'
import { registerEvaluateLfw } from './evaluate-lfw.ts'
import { registerEvaluateMegaface } from './evaluate-megaface.ts'
import { registerEvaluateMerge } from './evaluate-merge.ts'
import { registerEvaluateOpenSet } from './evaluate-open-set.ts'
import { registerEvaluatePairs } from './evaluate-pairs.ts'
import { registerEvaluateYtf } from './evaluate-ytf.ts'

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
