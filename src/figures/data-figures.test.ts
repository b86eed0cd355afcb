import { describe, expect, test } from 'vitest'
import { rng } from '../math/index.ts'
import { anglesFigure } from './angles-figure.ts'
import { embeddingMapFigure } from './embedding-map-figure.ts'
import { megafaceFigure } from './megaface-figure.ts'
import { normSample, normsFigure } from './norms-figure.ts'
import { pipelineFigure } from './pipeline-figure.ts'
import { worstPairsFigure } from './worst-pairs-figure.ts'

const broken = /NaN|undefined|Infinity/
/** How many points are drawn; two at one tenth of a pixel are one. */
const dotsIn = (svg: string): number => (svg.match(/h0/g) ?? []).length

describe('normSample(points)', () => {
  test('is the length of each feature and its angle to its own prototype', () => {
    const { norms, angles } = normSample({
      ...{ title: '', classNames: ['a', 'b'], dimensions: 2 },
      ...{ features: [3, 4, 0, 2, 0, 0], labels: [0, 1, 1], prototypes: [10, 0, 0, 0.1] },
    })
    expect(Array.from(norms)).toEqual([5, 2, 0])
    expect(angles[0]).toBeCloseTo((Math.acos(0.6) * 180) / Math.PI, 9)
    expect(Array.from(angles).slice(1)).toEqual([0, Number.NaN])
  })
})

describe('normsFigure(losses)', () => {
  const panel = (count: number) => {
    const random = rng(2)
    return {
      ...{ title: 'A-Softmax', classNames: ['a', 'b'], isNormalised: false },
      labels: Array.from({ length: count }, (_, i) => i % 2),
      norms: Array.from({ length: count }, () => 20 + 5 * random.normal()),
      angles: Array.from({ length: count }, () => Math.abs(8 * random.normal())),
    }
  }

  test('says whether the loss uses the length, and the range of lengths', () => {
    const svg = normsFigure([
      { ...panel(2), norms: [10, 30], angles: [4, 8] },
      { ...panel(2), isNormalised: true },
    ])
    expect(svg).toContain('A-Softmax (uses ‖x‖)')
    expect(svg).toContain('A-Softmax (normalised)')
    expect(svg).toContain('2 points, ‖x‖ from 10 to 30, median 30; median angle to the own prototype 8.0°.')
  })

  test('no name of a class lies on another', () => {
    const classes = Array.from({ length: 8 }, (_, i) => `name${i}`)
    const same = {
      norms: classes.map(() => 20),
      angles: classes.map(() => 4),
      labels: classes.map((_, i) => i),
    }
    const svg = normsFigure([{ ...panel(1), ...same, classNames: classes }])
    const heights = [...svg.matchAll(/translate\([\d.]+,([\d.]+)\)"[^>]*>name/g)].map((m) => Number(m[1]))
    expect(heights).toHaveLength(8)
    const rising = heights.toSorted((a, b) => a - b)
    rising.slice(1).forEach((height, i) => {
      expect(height - rising[i]!).toBeGreaterThan(11)
    })
  })

  test('leaves out what is not finite and says so', () => {
    const svg = normsFigure([{ ...panel(3), norms: [1, Number.NaN, 3], angles: [1, 2, Number.NaN] }])
    expect(svg).toContain('1 points')
    expect(svg).toContain('2 points that are not finite are left out.')
  })

  test.each([0, 1, 2, 10_000])('draws %i points', (count) => {
    const svg = normsFigure([panel(count)])
    expect(dotsIn(svg)).toBeLessThanOrEqual(count)
    expect(dotsIn(svg)).toBeGreaterThanOrEqual(0.99 * count)
    expect(svg.length).toBeLessThan(200_000)
    expect(svg).not.toMatch(broken)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(normsFigure([panel(40), { ...panel(40), isNormalised: true }])).toMatchFileSnapshot(
      'gallery/norms.svg',
    )
  })
})

describe('anglesFigure(runs)', () => {
  const run = {
    title: 'lfw',
    edges: [0, 30, 60, 90, 120],
    genuine: [5, 3, 2, 0],
    impostor: [0, 0, 4, 6],
    largestGenuine: 71.2,
    smallestImpostor: 66,
  }

  test('says the pairs, their medians, and the two angles of the criterion', () => {
    const svg = anglesFigure([run])
    expect(svg).toContain(
      '10 genuine pairs with median angle 15.0°, 10 impostor pairs with median angle 105.0°.',
    )
    expect(svg).toContain('>one class, most 71.2°</text>')
    expect(svg).toContain('>two classes, least 66.0°</text>')
  })

  test('draws runs without a pair of a kind', () => {
    const svg = anglesFigure([{ title: 'none', edges: [0, 180], genuine: [0], impostor: [0] }])
    expect(svg).toContain('0 genuine pairs with median angle unknown')
    expect(svg).not.toMatch(broken)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(anglesFigure([run])).toMatchFileSnapshot('gallery/angles.svg')
  })
})

describe('megafaceFigure(search)', () => {
  const best = [0.71, 0.64, 0.6, 0.52, 0.5].map((score, i) => ({ name: `distractor ${i * 7}`, score }))
  const search = { probe: 'picture 3', mate: 'picture 9', distractors: 1000, best }
  const ranks = (svg: string) =>
    [...svg.matchAll(/text-anchor="end">([\d,]+)<\/text><text [^>]*>([^<]*)/g)].map((m) => `${m[1]} ${m[2]}`)

  test('puts the mate below those that score higher', () => {
    const svg = megafaceFigure({ ...search, above: 2 })
    expect(ranks(svg)).toEqual([
      ...['1 distractor 0', '2 distractor 7', '3 picture 9, the mate', '4 distractor 14', '5 distractor 21'],
      '6 distractor 28',
    ])
    expect(svg).toContain('2 distractors score higher: found at rank 3, not at rank 1.')
  })

  test('says when no distractor scores higher', () => {
    const svg = megafaceFigure({ ...search, above: 0 })
    expect(ranks(svg)[0]).toBe('1 picture 9, the mate')
    expect(svg).toContain('No distractor scores higher: found at rank 1.')
  })

  test('shows a mate that is far down after a gap', () => {
    const svg = megafaceFigure({ ...search, above: 411 })
    expect(ranks(svg).at(-1)).toBe('412 picture 9, the mate')
    expect(svg).toContain('⋮')
    expect(megafaceFigure({ ...search, above: 5 })).not.toContain('⋮')
  })

  test('draws a run that kept no distractors', () => {
    expect(megafaceFigure({ ...search, best: [], above: 0 })).not.toMatch(broken)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(megafaceFigure({ ...search, above: 1 })).toMatchFileSnapshot('gallery/megaface.svg')
  })
})

describe('pipelineFigure(paths)', () => {
  const paths = [
    {
      name: 'Training',
      stages: [
        { name: 'Network', lines: ['sfnet20'], shape: '[512]', isShared: true },
        { name: 'Prototypes', lines: ['10 people'], isDropped: true },
      ],
    },
    { name: 'Testing', stages: [{ name: 'Network', lines: ['sfnet20'], shape: '[512]', isShared: true }] },
  ]

  test('says each path in words, and what is thrown away', () => {
    expect(pipelineFigure(paths)).toContain(
      '<desc>Training: Network gives [512], then Prototypes (thrown away after training). Testing: Network gives [512].</desc>',
    )
  })

  test('looks like the picture in the gallery', async () => {
    await expect(pipelineFigure(paths)).toMatchFileSnapshot('gallery/pipeline.svg')
  })
})

describe('embeddingMapFigure(map)', () => {
  const map = (count: number) => {
    const random = rng(8)
    return {
      labels: Array.from({ length: count }, (_, i) => i % 3),
      points: Array.from({ length: 2 * count }, (_, i) => ((i >> 1) % 3) - 1 + 0.2 * random.normal()),
      classNames: ['a', 'b', 'c'],
      shares: [0.5, 0.25],
    }
  }

  test('says how much the axes show, and leaves out what is not finite', () => {
    const svg = embeddingMapFigure({ ...map(2), points: [0, 1, Number.NaN, 2] })
    expect(svg).toContain('1 embeddings of 1 classes on two axes with 50 % and 25 % of their variance.')
    expect(svg).toContain('1 that are not finite are left out.')
  })

  test.each([0, 1, 2, 10_000])('draws %i points', (count) => {
    const svg = embeddingMapFigure(map(count))
    expect(dotsIn(svg)).toBeLessThanOrEqual(count)
    expect(dotsIn(svg)).toBeGreaterThanOrEqual(0.99 * count)
    expect(svg.length).toBeLessThan(200_000)
    expect(svg).not.toMatch(broken)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(embeddingMapFigure(map(45))).toMatchFileSnapshot('gallery/embedding-map.svg')
  })
})

describe('worstPairsFigure(pairs)', () => {
  const pair = { left: 'a/1.jpg', right: 'b/2.jpg', score: '61.0°', threshold: '70.2°' }
  const errors = {
    ...{ accepted: [pair], acceptedCount: 12, refused: [], refusedCount: 0 },
    hardest: [{ name: 'a', errors: 3, pairs: 4 }],
  }

  test('says how many errors there are, the worst, and who is in most', () => {
    const svg = worstPairsFigure(errors)
    expect(svg).toContain('Two people taken for one: the worst 1 of 12')
    expect(svg).toContain('One person taken for two: none')
    expect(svg).toContain('Two people taken for one: 12, the worst at 61.0° (threshold 70.2°).')
    expect(svg).toContain('In most errors: a (3 of 4)')
  })

  test('shows no picture unless it is given one, and nothing but pictures', () => {
    expect(worstPairsFigure(errors)).not.toContain('<image')
    const data = 'data:image/png;base64,iVBORw0KGgo='
    const with_ = (pictures: [string | undefined, string | undefined]) =>
      worstPairsFigure({ ...errors, accepted: [{ ...pair, pictures }] })
    expect(with_([data, undefined]).match(/<image/g)).toHaveLength(1)
    expect(with_(['https://example.org/a.png', 'x" onload="y'])).not.toMatch(/<image|example|onload/)
  })

  test('escapes names and shortens long ones at their beginning', () => {
    const svg = worstPairsFigure({ ...errors, accepted: [{ ...pair, left: `${'x'.repeat(80)}/<1>.jpg` }] })
    expect(svg).toMatch(/>…x+\/&lt;1&gt;\.jpg</)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(worstPairsFigure(errors)).toMatchFileSnapshot('gallery/worst-pairs.svg')
  })
})
