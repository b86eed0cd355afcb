import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { encodePng } from '../image/index.ts'
import { writeEvaluation } from './evaluate/evaluation-output.ts'
import { dataName } from './report/read-run.ts'
import { registerReport } from './report.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steradian-report-command-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A run's folder without a model: a recipe and a few steps. */
async function makeRun(name: string, recipe: Record<string, unknown> = {}): Promise<string> {
  const path = join(folder, name)
  await mkdir(path, { recursive: true })
  await writeFile(
    join(path, 'recipe.json'),
    JSON.stringify({ images: 'somewhere/people', seed: 7, ...recipe }),
  )
  const lines = [1, 2, 3, 4].map((step) =>
    JSON.stringify({ step, loss: step === 3 ? null : 9 / step, rate: 0.1, accuracy: step / 10 }),
  )
  await writeFile(join(path, 'metrics.jsonl'), `${lines.join('\n')}\n{"step":5,"lo`)
  return path
}

/** An evaluation of pairs as the commands write it. */
async function evaluate(out: string, facts: Record<string, unknown> = {}): Promise<string> {
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await writeEvaluation(
    { out },
    {
      protocol: 'pairs',
      facts: {
        list: { file: 'my/pairs.txt', sha256: 'aa' },
        ...{
          accuracy: 0.75,
          standardError: 0.25,
          folds: [0.5, 1],
          thresholds: [0.5, 0.5],
          auc: 0.75,
          eer: 0.25,
        },
        ...{ tarAtFar: { '0.1': 0.5 }, pairs: 4, impostorPairs: 2, variant: 'exact' },
        ...{ missing: 0, missingImages: [], incomplete: false },
        ...facts,
      },
      table: [],
      curves: { roc: [{ name: 'exact', x: [0, 0.5, 1], y: [0.5, 1, 1] }] },
      files: {
        'pairs.csv':
          'left,right,same,fold,score,threshold,accepted\nann/1.jpg,ann/2.jpg,1,1,0.2,0.5,0\nann/1.jpg,"bo, b/1.jpg",0,1,0.7,0.5,1\nbo/1.jpg,bo/2.jpg,1,2,0.9,0.5,1\nbo/1.jpg,ann/2.jpg,0,2,0.1,0.5,0\n',
      },
    },
  ).finally(() => said.mockRestore())
  return out
}

/** Runs the command and gives the page. */
async function page(...args: string[]): Promise<string> {
  const out = join(folder, 'page.html')
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const program = new Command().exitOverride()
  registerReport(program)
  await program
    .parseAsync(['report', ...args, '--out', out], { from: 'user' })
    .finally(() => said.mockRestore())
  return readFile(out, 'utf8')
}

it('dataName(path) is the folder of the images, with the one above it where every folder is called so', () => {
  expect(dataName('/data/CASIA-WebFace')).toBe('CASIA-WebFace')
  expect(dataName('/data/celeba/images/')).toBe('celeba/images')
  expect(dataName('photos')).toBe('photos')
  expect(dataName('../lists/train.txt')).toBe('train.txt')
  expect(dataName('')).toBe('unknown')
})

describe('steradian report', () => {
  it('shows a run that has only begun, with its losses and without what is not known', async () => {
    const text = await page(await makeRun('begun'))
    expect(text).toContain('<h1>begun: LMCL (m = 0.35) on somewhere/people</h1>')
    expect(text).toContain('stopped at step 4')
    expect(text).toContain('begun: the loss of 1 step of 4 was no finite number and is not drawn.')
    expect(text).toContain('No evaluation was found')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('shows evaluations in the folder of the run, with curves, angles and worst errors by name', async () => {
    const run = await makeRun('proved')
    await evaluate(join(run, 'evaluations', 'mine'))
    const text = await page(run)
    expect(text).toContain('<h2>Pairs: same person or not</h2>')
    expect(text).toContain('<td>75.0 <span>± 25.0</span></td>')
    expect(text).toContain('<title>ROC over all pairs</title>')
    expect(text).toContain('<title>Angles between the two of a pair</title>')
    expect(text.replaceAll('<wbr>', '')).toContain('ann/1.jpg · bo, b/1.jpg')
    expect(text).not.toContain('<img')
    expect(text).toContain('judged a file of features, which does not say what model made it')
  })

  it('says that a pair has no score, and draws the others', async () => {
    const run = await makeRun('unscored')
    const file = join(await evaluate(join(run, 'pairs')), 'pairs.csv')
    await writeFile(file, `${await readFile(file, 'utf8')}cy/1.jpg,cy/2.jpg,1,2,NaN,0.5,0\n`)
    const text = await page(run)
    expect(text).toContain('1 of 2 genuine pairs lie beyond the mean threshold of the folds')
    expect(text).toContain('1 without a score that is a number is left out.')
    expect(text).toContain('1 pair of 5 without a score that is a number, left out here.')
    expect(text).not.toMatch(/NaN|cy\/1/)
  })

  it('puts several runs side by side, each by its own name', async () => {
    const runs = [await makeRun('a/seven'), await makeRun('b/seven', { loss: 'softmax' })]
    for (const run of runs) await evaluate(join(run, 'pairs'))
    const text = await page(...runs)
    expect(text).toContain('<h1>2 runs side by side</h1>')
    expect(text).toContain('<th scope="col">a/seven</th><th scope="col">b/seven</th>')
    expect(text.match(/<h2>Pairs/g)).toHaveLength(1)
    expect(text).toContain('The two highest accuracies, of a/seven and b/seven, lie 0.0 points apart')
  })

  it('says that an evaluation is incomplete where its numbers stand', async () => {
    const run = await makeRun('lacking')
    await evaluate(join(run, 'pairs'), { incomplete: true, missing: 3, missingImages: [] })
    const text = await page(run)
    expect(text).toContain('incomplete: 3 items are missing')
    expect(text).toContain('pairs of lacking lacks 3 items')
  })

  it('takes a further evaluation for its only run, and refuses one that could be of several', async () => {
    const [one, two] = [await makeRun('one'), await makeRun('two')]
    const evaluation = await evaluate(join(folder, 'elsewhere'))
    expect(await page(one, '--evaluation', evaluation)).toContain('<h2>Pairs: same person or not</h2>')
    await expect(page(one, two, '--evaluation', evaluation)).rejects.toThrow(
      `--evaluation: judged features of no known model: put it into the folder of its run, got ${evaluation}`,
    )
    const other = await evaluate(join(folder, 'other'), { model: { sha256: 'bb' } })
    await expect(page(one, '--evaluation', other)).rejects.toThrow(
      `--evaluation: judged a model that none of the runs has, got ${other}`,
    )
  })

  it('refuses what is no run, a run given twice and a damaged result, each in one line', async () => {
    const run = await makeRun('whole')
    await expect(page(folder)).rejects.toThrow(`${folder}: expected the folder of a run, has no recipe.json`)
    await expect(page(run, run)).rejects.toThrow('report: expected each run once')
    const result = join(await evaluate(join(run, 'pairs')), 'result.json')
    await writeFile(result, '{"protocol": 3}')
    await expect(page(run)).rejects.toThrow(`${result}: expected the name of a protocol, got 3`)
    await writeFile(result, '{')
    await expect(page(run)).rejects.toThrow(`${result}: is no JSON`)
    await writeFile(result, '{"protocol": "pairs"}')
    await appendFile(join(run, 'pairs', 'pairs.csv'), 'a,b,1,1,x,0.5,0\n')
    await expect(page(run)).rejects.toThrow(
      `${join(run, 'pairs', 'pairs.csv')}:6: expected a number, got "x"`,
    )
  })

  it('tells error rates by the labels of --groups, of people or of images, and refuses a damaged file by its line', async () => {
    const run = await makeRun('grouped')
    await evaluate(join(run, 'pairs'))
    const file = join(folder, 'groups.csv')
    await writeFile(file, 'person,age\nann,young\nbo,old\nbo/2.jpg,ageless\n')
    const text = await page(run, '--groups', file)
    expect(text).toMatch(
      /<th scope="row">young<\/th><td>100\.0 <span>\([\d.]+ … 100\.0\)<\/span><\/td><td>1 of 1<\/td>/,
    )
    // bo/1.jpg with bo/2.jpg, which has a label of its own.
    expect(text).not.toContain('<th scope="row">old</th>')
    await writeFile(file, 'person,age\nann,young,tall\n')
    await expect(page(run, '--groups', file)).rejects.toThrow(`${file}:2: expected 2 fields, got 3`)
    await writeFile(file, 'person,age\nann,young\nann,old\n')
    await expect(page(run, '--groups', file)).rejects.toThrow(
      `${file}:3: expected each name once, got ann again`,
    )
    await writeFile(file, 'person\nann\n')
    await expect(page(run, '--groups', file)).rejects.toThrow(
      `${file}:1: expected a person and a label or more, got 1 columns`,
    )
  })

  it("puts the makers' words of --card into the model card, and refuses what it does not know", async () => {
    const run = await makeRun('carded')
    const file = join(folder, 'card.json')
    await writeFile(file, '{"intendedUse": "Doors of one house."}')
    expect(await page(run, '--card', file)).toContain('<p>Doors of one house.</p>')
    await writeFile(file, '{"purpose": "doors"}')
    await expect(page(run, '--card', file)).rejects.toThrow(
      `${file}: expected texts under intendedUse, notFor, data, limits, contact, got something else at purpose`,
    )
    await writeFile(file, '{"limits": 3}')
    await expect(page(run, '--card', file)).rejects.toThrow('got something else at limits')
  })

  it('shows the pictures of the worst errors with --pictures, and refuses a folder without any', async () => {
    const run = await makeRun('pictured')
    await evaluate(join(run, 'pairs'))
    const images = join(folder, 'images')
    await mkdir(join(images, 'ann'), { recursive: true })
    await expect(page(run, '--pictures', images)).rejects.toThrow(
      `${images}: expected the images of the pairs, got none of 3, the first ann/1.jpg`,
    )
    const grey = new Uint8Array(20 * 20 * 3).fill(120)
    await writeFile(join(images, 'ann', '1.jpg'), await encodePng(grey, { height: 20, width: 20 }))
    const text = await page(run, '--pictures', images)
    expect(text).toMatch(/<img src="data:image\/webp;base64,[^"]+" alt="ann\/1.jpg"/)
    expect(text).toContain('no picture')
  })

  it('shows the scores of searches, and says of which scores a histogram is where it is not of all', async () => {
    const run = await makeRun('searched')
    const out = await evaluate(join(run, 'pairs'), { thresholds: null, incomplete: true, missing: 2 })
    const rows = 'from,to,genuine,impostor\n0,0.5,0,6\n0.5,1,4,1\n'
    await writeFile(
      join(out, 'scores.csv'),
      `# incomplete: 2 missing; impostors with 5 of 1000 distractors, set 1\n${rows}`,
    )
    await writeFile(join(out, 'search-scores.csv'), `# incomplete: 2 missing\n${rows}`)
    const text = await page(run)
    expect(text).toContain('<title>Scores</title>')
    expect(text).toContain(
      'The less the two overlap, the better. Shown: impostors with 5 of 1000 distractors, set 1.',
    )
    expect(text).toContain('<title>Scores of searches</title>')
    expect(text).toMatch(/the best candidate where there is no mate\.<\/figcaption>/)
  })

  it('gives the same page for the same folders', async () => {
    const run = await makeRun('again')
    await evaluate(join(run, 'pairs'))
    expect(await page(run)).toBe(await page(run))
  })
})
