import type { Tensor } from '../graph/index.ts'
import { emit, lower, relayoutState, type StateLayouts } from '../onnx/index.ts'
import { nextName } from '../runtime/session.ts'
import type { Step } from './step.ts'

/** The step as an ONNX model, and the layouts in which that model keeps its state. */
export function compile(step: Step, lowering: 'cpu' | 'plain'): { bytes: Uint8Array; layouts: StateLayouts } {
  const { outputs, layouts } =
    lowering === 'cpu'
      ? relayoutState(lower(step.outputs), nextName)
      : { outputs: step.outputs as Record<string, Tensor>, layouts: new Map() }
  return { bytes: emit(outputs, { name: 'step' }), layouts }
}
