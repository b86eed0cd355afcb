import fc from 'fast-check'
import { it } from 'vitest'
import { adjointError, closureError, geometries } from '../../test/graph/conv-geometry.ts'

it('conv, convTranspose and convWeight are adjoint for 20,000 random geometries', () => {
  fc.assert(
    fc.property(geometries, (drawn) => adjointError(drawn) < 1e-12),
    { seed: 3, numRuns: 20_000 },
  )
})

it('the gradients of conv, convTranspose and convWeight agree for 10,000 random geometries', () => {
  fc.assert(
    fc.property(geometries, (drawn) => closureError(drawn) < 1e-12),
    { seed: 3, numRuns: 10_000 },
  )
})
