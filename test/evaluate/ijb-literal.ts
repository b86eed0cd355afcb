/**
 * IJB's rules written down word by word, slowly: lists are split into words, everything is looked up by searching, rates are
 * found by trying every threshold. Nothing of src/evaluate is used.
 */

const words = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/))
const increasing = (a: number, b: number) => a - b

/** What is kept of a template: its number and its feature of length 1. */
export interface LiteralTemplate {
  readonly id: number
  readonly feature: readonly number[]
}

/** Templates: mean within each medium, sum over media in the order of their numbers, divided by the length. */
export function literalTemplates(
  texts: { readonly templates: string; readonly names: string },
  features: readonly (readonly number[])[],
  { weight, missing = [] }: { readonly weight: boolean; readonly missing?: readonly number[] },
): LiteralTemplate[] {
  const scores = words(texts.names).map((fields) => Number(fields.at(-1)))
  const images = words(texts.templates)
    .map(([, template, medium], i) => ({
      template: Number(template),
      medium: Number(medium),
      feature: features[i]!.map((value) => (weight ? value * scores[i]! : value)),
      i,
    }))
    .filter(({ i }) => !missing.includes(i))
  const templates: LiteralTemplate[] = []
  for (const id of [...new Set(images.map(({ template }) => template))].sort(increasing)) {
    const own = images.filter(({ template }) => template === id)
    let sum = features[0]!.map(() => 0)
    for (const medium of [...new Set(own.map((image) => image.medium))].sort(increasing)) {
      const frames = own.filter((image) => image.medium === medium)
      let total = features[0]!.map(() => 0)
      for (const { feature } of frames) total = total.map((value, k) => value + feature[k]!)
      sum = sum.map((value, k) => value + total[k]! / frames.length)
    }
    let square = 0
    for (const value of sum) square += value * value
    templates.push({ id, feature: square > 0 ? sum.map((value) => value / Math.sqrt(square)) : sum })
  }
  return templates
}

function score(templates: readonly LiteralTemplate[], a: number, b: number): number {
  const left = templates.find(({ id }) => id === a)!.feature
  const right = templates.find(({ id }) => id === b)!.feature
  let total = 0
  for (let k = 0; k < left.length; k++) total += left[k]! * right[k]!
  return total
}

/** Scores of the pairs that have both templates, and whether each is genuine. */
export function literalPairs(
  pairs: string,
  templates: readonly LiteralTemplate[],
): { readonly score: number; readonly same: boolean }[] {
  const known = (id: string | undefined) => templates.some((template) => template.id === Number(id))
  return words(pairs)
    .filter(([a, b]) => known(a) && known(b))
    .map(([a, b, label]) => ({ score: score(templates, Number(a), Number(b)), same: label === '1' }))
}

/** The largest share of genuine pairs accepted at any threshold that accepts no more than `far` of the impostors. */
export function literalTarAtFar(
  pairs: readonly { readonly score: number; readonly same: boolean }[],
  far: number,
): number {
  const genuine = pairs.filter(({ same }) => same)
  const impostor = pairs.filter(({ same }) => !same)
  let best = 0
  for (const threshold of [...pairs.map((pair) => pair.score), Number.POSITIVE_INFINITY]) {
    const accepts = (some: typeof genuine) => some.filter((pair) => pair.score >= threshold).length
    if (accepts(impostor) / impostor.length <= far) best = Math.max(best, accepts(genuine) / genuine.length)
  }
  return best
}

function people(csv: string): Map<number, string> {
  const [header, ...lines] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const [template, subject] = ['TEMPLATE_ID', 'SUBJECT_ID'].map((name) => header!.indexOf(name))
  return new Map(lines.map((fields) => [Number(fields[template!]), fields[subject!]!]))
}

/** 1:N in one gallery. */
export function literalSearch(
  galleryCsv: string,
  probesCsv: string,
  templates: readonly LiteralTemplate[],
): {
  readonly top: Record<string, number>
  readonly tpirAtFpir: Record<string, number>
  readonly rank1TpirAtFpir: Record<string, number>
} {
  const gallery = [...people(galleryCsv)]
  const mated: { score: number; above: number }[] = []
  const nonMated: number[] = []
  for (const [probe, person] of people(probesCsv)) {
    const candidates = gallery.map(([template, own]) => ({ own, score: score(templates, probe, template) }))
    const mate = candidates.find(({ own }) => own === person)
    if (mate) {
      const above = candidates.filter((other) => other !== mate && other.score >= mate.score).length
      mated.push({ score: mate.score, above })
    } else nonMated.push(Math.max(...candidates.map((candidate) => candidate.score)))
  }
  const top = (n: number) => mated.filter(({ above }) => above < n).length / mated.length
  const tpir = (fpir: number, most: number) => {
    let best = 0
    for (const threshold of [...mated.map((mate) => mate.score), ...nonMated, Number.POSITIVE_INFINITY]) {
      const returned = nonMated.filter((value) => value >= threshold).length / nonMated.length
      const found = mated.filter((mate) => mate.score >= threshold && mate.above < most).length
      if (returned <= fpir) best = Math.max(best, found / mated.length)
    }
    return best
  }
  return {
    top: { 1: top(1), 5: top(5), 10: top(10) },
    tpirAtFpir: { 0.01: tpir(0.01, Number.POSITIVE_INFINITY), 0.1: tpir(0.1, Number.POSITIVE_INFINITY) },
    rank1TpirAtFpir: { 0.01: tpir(0.01, 1), 0.1: tpir(0.1, 1) },
  }
}

/** 1:N in all galleries at once, as the public tools print it: thresholds from the scores of everybody's other people. */
export function literalJoined(
  galleryCsvs: readonly string[],
  probesCsv: string,
  templates: readonly LiteralTemplate[],
): { readonly top: Record<string, number>; readonly tpirAtFpir: Record<string, number> } {
  const gallery = galleryCsvs.flatMap((csv) => [...people(csv)])
  const others: number[] = []
  const mated = [...people(probesCsv)].map(([probe, person]) => {
    const candidates = gallery.map(([template, own]) => ({ own, score: score(templates, probe, template) }))
    const mate = candidates.find(({ own }) => own === person)!
    for (const candidate of candidates) if (candidate !== mate) others.push(candidate.score)
    return {
      score: mate.score,
      above: candidates.filter((other) => other !== mate && other.score >= mate.score).length,
    }
  })
  others.sort((a, b) => b - a)
  const top = (n: number) => mated.filter(({ above }) => above < n).length / mated.length
  const tpir = (fpir: number) => {
    const threshold = others[Math.ceil(fpir * mated.length) - 1]!
    return mated.filter((mate) => mate.score > threshold).length / mated.length
  }
  return { top: { 1: top(1), 5: top(5), 10: top(10) }, tpirAtFpir: { 0.01: tpir(0.01), 0.1: tpir(0.1) } }
}
