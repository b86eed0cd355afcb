import { createStepSession } from '../runtime/node.ts'
import type { TensorData } from '../runtime/session.ts'
import { compile } from './compile.ts'
import { openHead } from './head/head-stepper.ts'
import type { Step } from './step.ts'
import { ordered, type Stepper, type StepperOptions } from './stepper.ts'

/** Compiles a step and gets it ready to run. @throws Error with the runtime's message */
export function openStepper(step: Step, options: StepperOptions): Promise<Stepper> {
  return options.head.kind === 'dense' ? openWhole(step, options) : openHead(step, options)
}

/** All state is that of one session. */
async function openWhole(step: Step, { threads, lowering, firstState }: StepperOptions): Promise<Stepper> {
  const { bytes, layouts } = compile(step, lowering)
  const session = await createStepSession(bytes, { threads, state: await firstState(layouts) })
  return {
    version: session.version,
    step: (feeds) => session.step(feeds),
    close: () => session.close(),
    async *tensors() {
      for (const { name } of step.state) {
        const read = await session.read([name])
        const { shape, data } = read[name] as TensorData & { readonly data: Float32Array }
        yield [name, ordered(data, shape, layouts.get(name))]
      }
    },
  }
}
