import { ShapeError } from '../errors.ts'
import type { Dtype, Tensor } from './tensor.ts'

/** Dtypes that have arithmetic in every runtime. */
export const numeric: readonly Dtype[] = ['float32', 'int32', 'int64']

/** Dtypes that have derivatives. */
export const real: readonly Dtype[] = ['float32']

/** The common dtype of the operands of operator `type`. @throws ShapeError when they differ or are not `allowed` */
export function commonDtype(type: string, operands: readonly Tensor[], allowed?: readonly Dtype[]): Dtype {
  const [{ dtype }] = operands as readonly [Tensor]
  for (const other of operands)
    if (other.dtype !== dtype) throw new ShapeError(`${type}: dtypes differ, got ${dtype} and ${other.dtype}`)
  if (allowed && !allowed.includes(dtype))
    throw new ShapeError(`${type}: dtype must be ${allowed.join(' or ')}, got ${dtype}`)
  return dtype
}
