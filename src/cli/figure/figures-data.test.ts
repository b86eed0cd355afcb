import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { steradian } from '../../../test/cli/steradian.ts'
import { halvesModel } from '../../../test/embed/models.ts'
import { writePeople } from '../../../test/embed/people.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'figures-data-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Makes a folder with these files. */
function made(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  return path
}

/** Draws a figure and gives its SVG, CSV and what was said. */
async function drawn(...args: string[]) {
  const [svg, csv] = [join(folder, 'out.svg'), join(folder, 'out.csv')]
  const { code, stderr } = await steradian('figure', ...args, '--out', svg, '--out', csv)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return { svg: readFileSync(svg, 'utf8'), csv: readFileSync(csv, 'utf8'), stderr }
}

async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await steradian('figure', ...args, '--out', join(folder, 'none.svg'))
  expect(code).toBe(2)
  return stderr.trim()
}

const lfw = (accuracy: number) => ({
  'result.json': JSON.stringify({ protocol: 'lfw', variant: 'exact', thresholds: [0.5], accuracy }),
  'roc.csv': 'curve,false_accept_rate,true_accept_rate\nexact,0,0.5\nexact,0.1,0.75\nexact,1,1\n',
  'det.csv': 'curve,false_match_rate,false_non_match_rate\nexact,1,0\nexact,0.1,0.25\nexact,0,0.5\n',
  'pairs.csv': [
    'left,right,same,fold,score,threshold,accepted',
    'a/1.jpg,a/2.jpg,1,1,0.9,0.5,1',
    'a/1.jpg,a/3.jpg,1,1,0,0.5,0',
    'a/1.jpg,b/1.jpg,0,1,0.8660254037844387,0.5,1',
    'b/1.jpg,c/1.jpg,0,1,-0.5,0.5,0\n',
  ].join('\n'),
})

describe('steradian figure roc, det and cmc', () => {
  test('draws the curves of several results, each named by its folder', async () => {
    const [one, two] = [made('one', lfw(0.9)), made('two', lfw(0.8))]
    const { svg, csv } = await drawn('roc', one, two)
    expect(svg).toContain('>one</text>')
    expect(svg).toContain('>two</text>')
    expect(csv).toBe(
      'curve,false_accept_rate,true_accept_rate\none,0,0.5\none,0.1,0.75\none,1,1\ntwo,0,0.5\ntwo,0.1,0.75\ntwo,1,1\n',
    )
    expect((await drawn('det', one)).csv).toMatch(/^curve,false_match_rate,false_non_match_rate\nexact,1,0\n/)
  })

  test('names folders of one name by more of their paths', async () => {
    const [one, two] = [made('a/lfw', lfw(0.9)), made('b/lfw', lfw(0.8))]
    const { svg } = await drawn('roc', one, two)
    for (const name of ['a/lfw', 'b/lfw']) expect(svg).toContain(`>${name}</text>`)
  })

  test('cmc draws the share found by rank', async () => {
    const path = made('found', {
      ...lfw(0.9),
      'cmc.csv': 'curve,rank,found\n100 distractors,1,0.5\n100 distractors,2,0.75\n',
    })
    const { svg, csv } = await drawn('cmc', path)
    expect(csv).toBe('curve,rank,found\n100 distractors,1,0.5\n100 distractors,2,0.75\n')
    expect(svg).toContain('100 distractors: 50.0 % at rank 1.')
  })

  test('det has axes of normal deviates, or logarithmic ones', async () => {
    const path = made('one', lfw(0.9))
    expect((await drawn('det', path)).svg).toContain('both by normal deviates')
    expect((await drawn('det', path, '--scale', 'log')).svg).toContain('both logarithmic')
  })

  test('leaves out points that are no numbers and says so', async () => {
    const path = made('nan', {
      ...lfw(0.9),
      'roc.csv': 'curve,false_accept_rate,true_accept_rate\nexact,0,NaN\nexact,1,1\n',
    })
    const { csv, stderr } = await drawn('roc', path)
    expect(csv).toBe('curve,false_accept_rate,true_accept_rate\nexact,1,1\n')
    expect(stderr).toContain('roc: exact: 1 points that are not finite are left out')
  })

  test('refuses a result that has no such curve', async () => {
    const path = made('one', lfw(0.9))
    expect(await refused('cmc', path)).toBe(`steradian: cmc: expected a result with cmc.csv, got ${path}`)
  })
})

describe('steradian figure angles', () => {
  test('counts the angles of the pairs of a result', async () => {
    const { svg, csv } = await drawn('angles', made('one', lfw(0.9)))
    // acos 0.9 = 25.8°, acos 0 = 90°; acos √3/2 = 30°, acos −0.5 = 120°.
    expect(csv).toContain('\nlfw: one,25,26,1,0\n')
    expect(csv).toContain('\nlfw: one,90,91,1,0\n')
    expect(csv.split('\n').filter((line) => /,[1-9]\d*$/.test(line))).toHaveLength(2)
    expect(svg).toContain('one class, most 90.0°')
    expect(svg).toContain('two classes, least 30.0°')
  })

  test('takes a histogram of cosines where there are no pairs, and refuses other scores', async () => {
    const { 'pairs.csv': _, ...others } = lfw(0.9)
    const scores = (start: number) => `from,to,genuine,impostor\n${start},0.5,1,4\n0.5,1,2,3\n`
    const path = made('scores', { ...others, 'scores.csv': scores(0) })
    expect((await drawn('angles', path)).csv.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^lfw: scores,0,60\.0*\d*,2,3$/),
      expect.stringMatching(/^lfw: scores,60\.0*\d*,90,1,4$/),
    ])
    const other = made('distances', {
      ...others,
      'scores.csv': 'from,to,genuine,impostor\n-4,-2,1,4\n-2,0,2,3\n',
    })
    expect(await refused('angles', other)).toContain(
      'angles: expected a result with the cosines of pairs, got ',
    )
  })
})

describe('steradian figure worst-pairs', () => {
  test('lists the errors of each kind with their angles, without pictures', async () => {
    const { svg, csv } = await drawn('worst-pairs', made('one', lfw(0.9)))
    expect(csv).toBe(
      'kind,left,right,score,threshold\naccepted,a/1.jpg,b/1.jpg,0.8660254037844387,0.5\nrefused,a/1.jpg,a/3.jpg,0,0.5\n',
    )
    expect(svg).toContain('>30.0°</text>')
    expect(svg).toContain('limit 60.0°')
    expect(svg).toContain('In most errors: a (2 of 3)')
    expect(svg).not.toContain('<image')
  })

  test('leaves out pairs without a score and says how many', async () => {
    const { 'pairs.csv': pairs, ...others } = lfw(0.9)
    const path = made('unscored', { ...others, 'pairs.csv': `${pairs}d/1.jpg,d/2.jpg,1,1,NaN,0.5,0\n` })
    const { svg, stderr } = await drawn('worst-pairs', path)
    expect(stderr).toContain('worst-pairs: 1 of 5 pairs have no score and are left out')
    expect(svg).not.toContain('NaN°')
    expect((await drawn('angles', path)).stderr).toContain(
      'angles: unscored: 1 of 5 pairs have no score and are left out',
    )
  })

  test('says which characters the bundled font lacks', async () => {
    const { 'pairs.csv': pairs, ...others } = lfw(0.9)
    const path = made('names', { ...others, 'pairs.csv': pairs.replaceAll('a/1', '漢Яλé/1') })
    const { stderr } = await drawn('worst-pairs', path)
    expect(stderr).toContain(
      "worst-pairs: the bundled font lacks 漢: a PNG has empty boxes there, SVG and HTML what the reader's fonts have",
    )
  })

  test('says which pictures it cannot read', async () => {
    const { stderr } = await drawn('worst-pairs', made('one', lfw(0.9)), '--images', folder)
    expect(stderr).toContain('worst-pairs: a/3.jpg: no picture')
  })
})

describe('steradian figure curves and pipeline', () => {
  const run = (name: string, classes: object = {}) =>
    made(name, {
      'recipe.json': JSON.stringify({
        images: 'faces',
        loss: 'lmcl',
        architecture: 'sfnet4',
        dimensions: 32,
        flip: 'concat',
        ...classes,
      }),
      'metrics.jsonl': [1, 2, 3]
        .map(
          (step) =>
            `${JSON.stringify({ step, loss: step === 2 ? null : 4 - step, rate: 0.1, accuracy: step / 4 })}\n`,
        )
        .join(''),
    })

  test('draws the metrics of runs by step, without steps whose loss is no number', async () => {
    const { svg, csv, stderr } = await drawn('curves', run('a'), run('b'))
    expect(csv).toMatch(/^run,metric,step,value\na,loss,1,3\na,loss,2,\na,loss,3,1\n/)
    expect(svg).toContain('a: from 3.00 to 1.00 in 3 steps.')
    expect(svg).toContain('a: 75 at the end.')
    expect(stderr).toContain('curves: a: 1 steps whose loss is no number are left out')
  })

  test('draws the path of a run with the shapes of its model', async () => {
    const { svg, csv } = await drawn('pipeline', run('a'))
    expect(csv).toContain('Training,Network,[32],0\n')
    expect(csv).toContain('Testing,Embedding,[64],0\n')
    expect(csv).toContain('Training,Prototypes,[C],1\n')
    expect(svg).toContain('sfnet4, width 1')
    expect(svg).toContain('4 convolutions,')
  })

  test("draws the path of anybody's model, and says that its head is not in the file", async () => {
    const model = join(folder, 'halves.onnx')
    writeFileSync(model, halvesModel())
    const { svg, csv, stderr } = await drawn('pipeline', model)
    expect(csv).toContain('Training,Network,[6],0\n')
    expect(csv).toContain('Testing,Embedding,[12],0\n')
    expect(csv).toContain('Training,Prototypes,[C],1\n')
    expect(svg).toContain('>not in the file:</text>')
    expect(stderr).toContain('guessed: flip concat')
    expect((await drawn('pipeline', '--model', model, '--flip', 'none')).csv).toContain(
      'Testing,Embedding,[6],0\n',
    )
    expect(await refused('pipeline')).toContain('expected the folder of a run or a model, one of them')
  })

  test('refuses what is no run', async () => {
    expect(await refused('pipeline', folder)).toContain(
      'pipeline: expected the folder of a run (with recipe.json), got',
    )
    const empty = made('empty', { 'recipe.json': JSON.stringify({ images: 'faces', loss: 'lmcl' }) })
    expect(await refused('curves', folder)).toContain(
      `steradian: ${folder}: expected the folder of a run, has no recipe.json`,
    )
    expect(await refused('roc', empty)).toContain(
      `${empty}: expected the folder of an evaluation (with result.json), got that of a run: name one within it`,
    )
    expect(await refused('curves', empty)).toBe(
      `steradian: curves: expected a run with metrics, got ${empty}`,
    )
  })
})

describe('steradian figure megaface', () => {
  const entry = (ranks: readonly number[]) => ({
    distractors: { idx: [4, 2], score: [0.5, 0.25] },
    probes: { idx: ranks.map((_, i) => i + 1), rank: ranks },
  })
  const result = () =>
    made('mega', {
      'matches_p_d_x_10_1.json': JSON.stringify([entry([0]), entry([0])]),
      'matches_p_d_x_100_1.json': JSON.stringify([entry([0, 30]), entry([0, 1])]),
    })

  test('draws a near miss among the most distractors, or the search asked for', async () => {
    const { svg, csv } = await drawn('megaface', result())
    expect(csv).toBe(
      'what,place_in_list,rank,score\nprobe,1,,\nmate,2,2,\ndistractor,4,1,0.5\ndistractor,2,3,0.25\n',
    )
    expect(svg).toContain('100 distractors and the mate')
    const { svg: other } = await drawn('megaface', result(), '--probe', '0', '--mate', '2')
    expect(other).toContain('30 distractors score higher: found at rank 31')
    expect((await drawn('megaface', result(), '--distractors', '10')).svg).toContain('found at rank 1.')
  })

  test('refuses a result without matches, and a search that is not there', async () => {
    expect(await refused('megaface', made('one', lfw(0.9)))).toContain(
      'megaface: expected a result with matches_….json, got ',
    )
    expect(await refused('megaface', result(), '--distractors', '7')).toBe(
      'steradian: --distractors: there are 100, 10, got 7',
    )
    expect(await refused('megaface', result(), '--probe', '9')).toContain(
      'no search of probe 9 for mate any, got 2 probes',
    )
  })
})

describe('steradian figure embedding-map', () => {
  test('embeds the people of a folder by a model, numbered, and writes where each image lies', async () => {
    const [model, people] = [join(folder, 'map.onnx'), join(folder, 'people')]
    writeFileSync(model, halvesModel())
    await writePeople(people, { people: 3 })
    const words = ['embedding-map', '--model', model, '--images', people, '--threads', '1']
    const { svg, csv } = await drawn(...words)
    const rows = csv.trim().split('\n')
    expect(rows[0]).toBe('class,x,y')
    expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(['1', '1', '2', '2', '3', '3'])
    expect(
      rows.slice(1).every((row) =>
        row
          .split(',')
          .slice(1)
          .every((value) => Number.isFinite(Number(value))),
      ),
    ).toBe(true)
    expect(svg).toContain('6 embeddings of 3 classes on two axes with')
    expect(svg).not.toContain('Person_')
    expect((await drawn(...words, '--people', '1', '--per-person', '1')).csv.trim().split('\n')).toHaveLength(
      2,
    )
  })
})
