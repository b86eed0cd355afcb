import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { relativeError } from '../evaluator/index.ts'
import { inFloat64, inRuntime, type Loss, type Problem } from './problem.ts'

interface Case {
  readonly loss: string
  readonly value: number
  readonly gradX: readonly number[]
  readonly gradW: readonly number[]
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/loss-vectors.json', import.meta.url), 'utf8'),
) as Problem & { readonly cases: readonly Case[] }

/**
 * Expects value and gradients of a loss to be those of the case of that name in test/fixtures/loss-vectors.json, an
 * independent implementation: to 1e-10 in float64, to 1e-5 in the runtime.
 */
export async function expectVectors(name: string, loss: Loss): Promise<void> {
  const given = fixture.cases.find((one) => one.loss === name)
  if (!given) throw new Error(`loss-vectors.json: no case ${name}`)
  const inSingle = (await inRuntime({ loss }, fixture)).loss
  for (const [got, tolerance] of [
    [inFloat64(loss, fixture), 1e-10],
    [inSingle, 1e-5],
  ] as const) {
    expect(relativeError(got.loss, [given.value])).toBeLessThan(tolerance)
    expect(relativeError(got.gradX, given.gradX), 'gradX').toBeLessThan(tolerance)
    expect(relativeError(got.gradW, given.gradW), 'gradW').toBeLessThan(tolerance)
  }
}
