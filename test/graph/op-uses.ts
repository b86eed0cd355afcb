import * as graph from '../../src/graph/index.ts'
import { grad, input, mul, reduceSum, type Tensor } from '../../src/graph/index.ts'
import { type OpCase, type OpName, opCases } from './op-cases.ts'
import { inputValues, numbers } from './op-inputs.ts'

/** Operators through which no gradient flows. */
export const withoutGradient: readonly OpName[] = ['greater', 'less', 'equal', 'cast', 'reduceMax', 'argMax']

/** A case that has been built, with the numbers to feed. */
export interface Use {
  readonly name: string
  readonly op: OpName
  readonly x: Readonly<Record<string, Tensor>>
  readonly y: Tensor
  /** The cotangent of y, an input. */
  readonly g: Tensor
  readonly feeds: Record<string, Float64Array>
}

/** What `src/graph/index.ts` exports. */
export const exported: Readonly<Record<string, unknown>> = { ...graph }
/** The operators of the table. */
export const opNames = Object.keys(opCases) as OpName[]

/** The cases of one operator. */
export const usesOf = (op: OpName): Use[] =>
  (opCases[op] as readonly OpCase<unknown>[]).map((entry) => {
    const { x, y } = entry.build(exported[op])
    const feeds = { ...inputValues(entry.inputs), g: numbers(y.shape, 77) }
    return { name: `${op} ${entry.what}`, op, x, y, g: input('g', y.shape), feeds }
  })
/** The cases of all operators. */
export const uses = opNames.flatMap(usesOf)

/** The inputs of a use in which it can be differentiated. */
export const variables = ({ op, x, y }: Use): [string, Tensor][] =>
  withoutGradient.includes(op) || y.dtype !== 'float32'
    ? []
    : Object.entries(x).filter(([, tensor]) => tensor.dtype === 'float32')

/** Σ y·g, whose gradient in an input of y is the cotangent that g gives it. */
export const projection = ({ y, g }: Use): Tensor => reduceSum(mul(y, g))

/** y and the cotangents of its inputs, by name. */
export function outputsOf(use: Use): Record<string, Tensor> {
  const wrt = variables(use)
  if (wrt.length === 0) return { y: use.y }
  const cotangents = grad(
    projection(use),
    wrt.map(([, tensor]) => tensor),
  )
  return { y: use.y, ...Object.fromEntries(wrt.map(([name], i) => [`d${name}`, cotangents[i]!])) }
}
