/**
 * MegaFace's rules written out word by word, slowly, in float64, with nothing of `src`: the oracle of its evaluation.
 */
export interface LiteralResult {
  /** One a (probe, mate) pair, probe by probe. */
  readonly pairs: readonly { readonly probe: number; readonly mate: number; readonly rank: number }[]
  readonly rank1: number
  /** All probes with all distractors. */
  readonly tar: readonly number[]
  /** The first 100 probes with all distractors. */
  readonly devkitTar: readonly number[]
  readonly cmc: readonly [number[], number[]]
  readonly roc: readonly [number[], number[]]
  readonly traditionalCmc: readonly [number[], number[]]
  readonly best: readonly { readonly index: number; readonly score: number }[][]
}

/** −‖a − b‖²: the sum, in index order, of squared differences. */
function score(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2
  return -sum
}

export function literalMegaface(
  probes: readonly Float32Array[],
  people: readonly string[],
  distractors: readonly Float32Array[],
  fars: readonly number[],
): LiteralResult {
  const impostor = probes.map((probe) => distractors.map((distractor) => score(probe, distractor)))

  // Identification: every ordered pair of one person; the rank is the number of distractors strictly higher.
  const pairs = []
  const traditionalRanks = []
  for (let probe = 0; probe < probes.length; probe++)
    for (let mate = 0; mate < probes.length; mate++) {
      if (probe === mate || people[probe] !== people[mate]) continue
      const own = score(probes[probe]!, probes[mate]!)
      let rank = 0
      for (const value of impostor[probe]!) if (value > own) rank++
      pairs.push({ probe, mate, rank })
      // Traditional: one image of each other person joins, the one at the mate's place among its own person's images.
      const imagesOf = (person: string) => people.flatMap((other, i) => (other === person ? [i] : []))
      const place = imagesOf(people[mate]!).indexOf(mate)
      for (const person of new Set(people)) {
        if (person === people[mate]) continue
        const images = imagesOf(person)
        if (score(probes[probe]!, probes[images[place % images.length]!]!) > own) rank++
      }
      traditionalRanks.push(rank)
    }

  // Verification: every unordered pair of one person.
  const genuine: number[] = []
  for (let i = 0; i < probes.length; i++)
    for (let j = i + 1; j < probes.length; j++)
      if (people[i] === people[j]) genuine.push(score(probes[i]!, probes[j]!))
  const falling = (values: number[]): number[] => values.sort((a, b) => b - a)
  const all = falling(impostor.flat())
  const some = falling(impostor.slice(0, 100).flat())

  /** The best TAR of any threshold that lets no more than a share `far` of the impostors pass. */
  const strictTar = (far: number): number => {
    let allowed = 0
    while (allowed < all.length && (allowed + 1) / all.length <= far) allowed++
    if (allowed === all.length) return 1
    return genuine.filter((value) => value > all[allowed]!).length / genuine.length
  }
  /** The same with ties genuine first: what has passed when one impostor too many is met. */
  const lenientTar = (far: number): number => {
    let allowed = 0
    while (allowed < some.length && (allowed + 1) / some.length <= far) allowed++
    if (allowed === some.length) return 1
    return genuine.filter((value) => value >= some[allowed]!).length / genuine.length
  }

  const roc: [number[], number[]] = [[], []]
  let last = 0
  const sorted = falling([...genuine])
  let passed = 0
  for (const [k, value] of some.entries()) {
    while (passed < sorted.length && sorted[passed]! >= value) passed++
    if (100 * (passed - last) > genuine.length) {
      roc[0].push(k / some.length)
      roc[1].push(passed / genuine.length)
      last = passed
    }
  }
  roc[0].push(1)
  roc[1].push(1)

  const best = impostor.map((row) =>
    row
      .map((value, index) => ({ index, score: value }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .slice(0, 5),
  )
  const ranks = pairs.map(({ rank }) => rank)
  return {
    pairs,
    rank1: ranks.filter((rank) => rank === 0).length / ranks.length,
    tar: fars.map(strictTar),
    devkitTar: fars.map(lenientTar),
    cmc: cmcPoints(ranks, distractors.length),
    roc,
    traditionalCmc: cmcPoints(traditionalRanks, distractors.length + new Set(people).size - 1),
    best,
  }
}

/** A point at each rank where recall has risen by at least 0.01, and at the last rank of all. */
function cmcPoints(ranks: readonly number[], lastRank: number): [number[], number[]] {
  const points: [number[], number[]] = [[], []]
  const at = new Map<number, number>()
  for (const rank of ranks) at.set(rank, (at.get(rank) ?? 0) + 1)
  let [found, last] = [0, 0]
  for (let rank = 0; rank <= lastRank; rank++) {
    found += at.get(rank) ?? 0
    if (100 * (found - last) >= ranks.length || rank === lastRank) {
      points[0].push(rank)
      points[1].push(found / ranks.length)
      last = found
    }
  }
  return points
}
