import { add, stopGradient, sub, type Tensor } from '../graph/index.ts'
import type { LossOption } from './loss-options.ts'

/** Whether a margin is differentiated (`exact`), or shifts its logit only (`detached`; Liu et al. 2022). */
export type MarginForm = 'exact' | 'detached'

/** `margined` with its own gradient, or with that of `plain`. */
export const withForm = (form: MarginForm, plain: Tensor, margined: Tensor): Tensor =>
  form === 'exact' ? margined : add(plain, stopGradient(sub(margined, plain)))

/** The option `form`, detached as published. */
export const formOption: LossOption = {
  name: 'form',
  kind: 'choice',
  default: 'detached',
  choices: ['exact', 'detached'],
  published: 'detached',
  doc: 'which gradient: the derivative, or that of the logits without the margin',
}
