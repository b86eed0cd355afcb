import { type Tensor, topologicalOrder } from '../../src/graph/index.ts'
import { contractionKernels } from './contraction.ts'
import { elementwiseKernels } from './elementwise.ts'
import { movementKernels } from './movement.ts'
import { reductionKernels } from './reduction.ts'
import { count, type Kernel, type Values } from './values.ts'

/** What is computed for each ONNX operator type (after its domain, where that is not the standard one). */
export const kernels: Readonly<Record<string, Kernel>> = {
  ...elementwiseKernels,
  ...movementKernels,
  ...reductionKernels,
  ...contractionKernels,
  // What is kept for the next step is no part of the value.
  'steradian.Keeping': ([y]) => y!,
}

/** Values of leaves by name, row-major: of inputs, parameters, kept tensors, random numbers and scheduled scalars. */
export type Feeds = Readonly<Record<string, ArrayLike<number> | number>>

/**
 * Computes `outputs` in float64, slowly and plainly, from the definitions of the ONNX operators: the oracle of the tests.
 * float32 tensors are not rounded. @throws Error when a leaf has no value, or a node's shape or dtype is not what ONNX says
 */
export function evaluate<Names extends string>(
  outputs: Readonly<Record<Names, Tensor>>,
  feeds: Feeds = {},
): Record<Names, Float64Array> {
  const done = new Map<Tensor, Values>()
  for (const node of topologicalOrder(Object.values<Tensor>(outputs)))
    done.set(
      node,
      node.op
        ? compute(
            node,
            node.inputs.map((x) => done.get(x)!),
          )
        : leafValues(node, feeds),
    )
  return Object.fromEntries(
    Object.entries<Tensor>(outputs).map(([name, node]) => [name, done.get(node)!.data]),
  ) as Record<Names, Float64Array>
}

function leafValues({ leaf, shape, dtype }: Tensor, feeds: Feeds): Values {
  if (leaf!.kind === 'constant') return { shape, dtype, data: Float64Array.from(leaf!.data) }
  const { name } = leaf!
  const fed = feeds[name]
  if (fed === undefined) throw new Error(`evaluator: no value for ${name}`)
  const data = Float64Array.from(typeof fed === 'number' ? [fed] : fed)
  if (data.length !== count(shape))
    throw new Error(`evaluator: ${name} [${shape}] needs ${count(shape)} values, got ${data.length}`)
  return { shape, dtype, data }
}

function compute(node: Tensor, x: readonly Values[]): Values {
  const { type, domain = '', operands = [], attributes = {} } = node.op!
  const kernel = kernels[domain === '' ? type : `${domain}.${type}`]
  if (!kernel) throw new Error(`evaluator: no kernel for ${domain} ${type}`)
  const constants = operands.map(
    (values): Values => ({ shape: [values.length], dtype: 'int64', data: Float64Array.from(values) }),
  )
  const y = kernel([...x, ...constants], attributes)
  if (`${y.dtype}[${y.shape}]` !== `${node.dtype}[${node.shape}]`)
    throw new Error(
      `evaluator: ${type} gives ${y.dtype}[${y.shape}], but the graph says ${node.dtype}[${node.shape}]`,
    )
  return y
}
