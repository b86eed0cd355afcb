import { psiFigure } from '../../figures/psi-figure.ts'
import { psiAt } from '../../losses/target-logit.ts'
import { csvText, figureEntry } from './figure-entry.ts'

/** ψ of A-Softmax for each m, under λ. */
export const psiEntry = figureEntry({
  name: 'psi',
  shows: 'ψ(θ) of A-Softmax for m = 1 … 4: its pieces, its derivative, and under λ',
  draw: ({ look }) => {
    const theta = Float64Array.from({ length: 361 }, (_, i) => (i * Math.PI) / 360)
    const ms = [1, 2, 3, 4]
    const psi = ms.map((m) => ({ name: `m = ${m}`, m, theta, value: theta.map((t) => psiAt(t, m).value) }))
    const slope = ms.map((m) => ({ name: `m = ${m}`, theta, value: theta.map((t) => psiAt(t, m).slope) }))
    const annealed = [0, 5, 100, 1000].map((lambda) => ({
      name: `m = 4, λ = ${lambda}`,
      theta,
      value: theta.map((t) => (lambda * Math.cos(t) + psiAt(t, 4).value) / (1 + lambda)),
    }))
    const rows = (what: string, curves: readonly { name: string; value: Float64Array }[]) =>
      curves.flatMap(({ name, value }) =>
        Array.from(theta, (t, i) => [what, name, (t * 180) / Math.PI, value[i]!]),
      )
    return {
      svg: psiFigure({ psi, slope, annealed }, look),
      csv: csvText(
        ['what', 'curve', 'theta_degrees', 'value'],
        [...rows('psi', psi), ...rows('slope', slope), ...rows('annealed', annealed)],
      ),
    }
  },
})
