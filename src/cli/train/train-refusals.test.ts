import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blackPng, landmarkHeader, landmarkRow, tiny, writePeople } from '../../../test/cli/pictures.ts'
import { type Ended, start, steradian, until } from '../../../test/cli/steradian.ts'
import { encoded } from '../../../test/train/toy.ts'
import { readCheckpoint } from '../../train/index.ts'

/** A folder for the whole file; `$` in the words and lines below stands for it. */
let base = ''
const put = async (path: string, content: Uint8Array | string): Promise<void> => {
  await mkdir(join(base, path, '..'), { recursive: true })
  await writeFile(join(base, path), content)
}

interface Refusal {
  readonly what: string
  /** Options besides those of the tiny run and --out. */
  readonly words: readonly string[]
  /** The line on stderr, or what it must look like, without `steradian: `. */
  readonly says: string | RegExp
  readonly makes?: () => Promise<void>
  /** Whether --images is given where it is not among the words; true if absent. */
  readonly images?: boolean
}

const withPicture =
  (name: string, content: () => Promise<Uint8Array | string>) => async (): Promise<void> => {
    await writePeople(join(base, name))
    await put(`${name}/bob/bad.jpg`, await content())
  }
const noise = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251))
const photo = (): Promise<Buffer> =>
  sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer()
const withList = (name: string, lines: string) => (): Promise<void> => put(`people/${name}`, lines)
const withRow = (name: string, row: string) => (): Promise<void> =>
  put(name, `${landmarkHeader}\n${landmarkRow('ann/0.png')}\n${row}\n`)
const withRecipe = (name: string, recipe: unknown) => (): Promise<void> =>
  put(name, typeof recipe === 'string' ? recipe : JSON.stringify(recipe))

const data: Refusal[] = [
  {
    what: 'a folder that is missing',
    words: ['--images', '$/none'],
    says: '$/none: no such file or folder',
  },
  {
    what: 'a folder without people',
    words: ['--images', '$/empty'],
    says: '$/empty: expected pictures as <person>/<image>, got none in 0 folders and 0 files',
    makes: () => mkdir(join(base, 'empty')).then(() => {}),
  },
  {
    what: 'one person only',
    words: ['--images', '$/alone'],
    says: '$/alone: expected at least 2 people with 1 or more images, got 1 (of 1 people; 1 images are listed, 1 usable)',
    makes: async () => put('alone/ann/0.png', blackPng(4, 4)),
  },
  {
    what: 'neither folder nor list',
    words: [],
    images: false,
    says: 'train: --images (a folder of people), --list, --records or --vectors is missing',
  },
  {
    what: 'a batch of more images than there are',
    words: ['--batch', '17'],
    says: 'train: a batch holds more images than there are (16), got 17',
  },
  {
    what: 'a truncated JPEG',
    words: ['--images', '$/cut'],
    says: '$/cut/bob/bad.jpg: the picture is cut short',
    makes: withPicture('cut', async () => (await photo()).subarray(0, 900)),
  },
  {
    what: 'a text file named .jpg',
    words: ['--images', '$/text'],
    says: '$/text/bob/bad.jpg: not a JPEG, PNG, WebP, TIFF or GIF picture',
    makes: withPicture('text', async () => 'this is no picture\n'),
  },
  {
    what: 'a picture of 20,000 × 20,000',
    words: ['--images', '$/vast'],
    says: '$/vast/bob/bad.jpg: expected at most 100000000 pixels, got 20000 x 20000',
    makes: withPicture('vast', async () => blackPng(20_000, 20_000)),
  },
  {
    what: 'a truncated JPEG, while the cache is made',
    words: ['--images', '$/cut', '--cache', '$/cut-cache.bin'],
    says: /^\$\/cut\/bob\/bad\.jpg: the picture is cut short/,
  },
  {
    what: 'a landmark row with a missing field',
    words: ['--landmarks', '$/short.csv'],
    says: '$/short.csv:3: expected 11 fields, got 10',
    makes: withRow('short.csv', landmarkRow('bob/0.png').replace(/,[^,]*$/, '')),
  },
  {
    what: 'a landmark row with NaN',
    words: ['--landmarks', '$/nan.csv'],
    says: '$/nan.csv:3: right_mouth_y is not a finite number, got "NaN"',
    makes: withRow('nan.csv', landmarkRow('bob/0.png').replace(/,[^,]*$/, ',NaN')),
  },
  {
    what: 'landmarks that name no image',
    words: ['--landmarks', '$/others.csv'],
    says: /^\$\/people: expected at least 2 people with 1 or more images with landmarks, got 1 /,
    makes: withRow('others.csv', landmarkRow('zoe/0.png')),
  },
  {
    what: 'a list with a label gap',
    words: ['--list', '$/people/gap.txt'],
    says: '$/people/gap.txt:2: expected labels without a gap, got label 2 but none of label 1',
    makes: withList('gap.txt', 'ann/0.png 0\nbob/0.png 2\n'),
  },
  {
    what: 'a list line without a label',
    words: ['--list', '$/people/label.txt'],
    says: '$/people/label.txt:1: expected "path label", got "ann/0.png"',
    makes: withList('label.txt', 'ann/0.png\n'),
  },
  {
    what: 'a list of pictures that are missing',
    words: ['--list', '$/people/missing.txt'],
    says: '$/people/missing.txt:2: no such file, got bob/9.png',
    makes: withList('missing.txt', 'ann/0.png 0\nbob/9.png 1\n'),
  },
  {
    what: 'an exclude list that is missing',
    words: ['--exclude', '$/none.txt'],
    says: '$/none.txt: no such file or folder',
  },
]

const options: Refusal[] = [
  {
    what: 'an unknown loss',
    words: ['--loss', 'cosfaec'],
    says: 'loss: unknown name, did you mean cosface? got cosfaec',
  },
  {
    what: 'an unknown option',
    words: ['--los', 'lmcl'],
    says: "unknown option '--los' (did you mean --loss?)",
  },
  {
    what: 'an option of another loss',
    words: ['--loss', 'softmax', '--margin', '0.3'],
    says: /^train: margin is an option of a-softmax, lmcl, .* and \d+ other losses, got it for softmax$/,
  },
  {
    what: 'm = 5 for A-Softmax',
    words: ['--loss', 'a-softmax', '--margin', '5'],
    says: 'a-softmax: margin must be 1, 2, 3 or 4, got 5',
  },
  {
    what: 'an unknown network',
    words: ['--architecture', 'sfnet21'],
    says: 'train: architecture must be one of sfnet4, sfnet10, sfnet20, sfnet36, sfnet64, ir18, ir34, ir50, ir100, mobilefacenet, mlp (did you mean sfnet20?), got sfnet21',
  },
  {
    what: 'an unknown choice',
    words: ['--schedule', 'cosin'],
    says: 'train: schedule must be one of constant, multi-step, cosine, polynomial (did you mean cosine?), got cosin',
  },
  {
    what: 'a word for a number',
    words: ['--rate', 'fast'],
    says: '--rate: must be a number, got fast',
  },
  {
    what: 'a word for true or false',
    words: ['--mirror', 'maybe'],
    says: '--mirror: must be true or false, got maybe',
  },
  { what: 'a batch of 0', words: ['--batch', '0'], says: /^train: batch: .*, got 0$/ },
  { what: 'half a step', words: ['--steps', '1.5'], says: /^train: steps: .*, got 1\.5$/ },
  {
    what: 'an input that is no size',
    words: ['--input', '112'],
    says: 'train: input: expected heightxwidth, each from 1 to 4096, got "112"',
  },
  {
    what: 'an input beyond all measure',
    words: ['--input', '99999x4'],
    says: 'train: input: expected heightxwidth, each from 1 to 4096, got "99999x4"',
  },
  {
    what: 'steps and epochs',
    words: ['--steps', '3', '--epochs', '2'],
    says: 'train: expected steps or epochs, got both',
  },
  {
    what: 'a width that leaves no channel',
    words: ['--width', '0.001'],
    says: 'sfnet: width must leave at least one channel, got 0.001',
  },
  {
    what: 'an option without its value',
    words: ['--seed'],
    says: "option '--seed <number>' argument missing",
  },
  {
    what: 'a word too many',
    words: ['people'],
    says: /^too many arguments for 'train'\. Expected 0 arguments but got 1[.:]/,
  },
]

const files: Refusal[] = [
  {
    what: 'a recipe that is missing',
    words: ['--recipe', '$/none.json'],
    says: '$/none.json: recipe cannot be read, no such file or folder',
  },
  {
    what: 'a recipe that is no JSON',
    words: ['--recipe', '$/broken.json'],
    says: /^\$\/broken\.json: recipe is no JSON, /,
    makes: withRecipe('broken.json', '{"rate": 0.1,\n"seed": }'),
  },
  {
    what: 'a recipe that is a list',
    words: ['--recipe', '$/array.json'],
    says: '$/array.json: recipe must be an object, got [1]',
    makes: withRecipe('array.json', [1]),
  },
  {
    what: 'an unknown name in a recipe',
    words: ['--recipe', '$/name.json'],
    says: '$/name.json: unknown option (did you mean epochs?), got epoch',
    makes: withRecipe('name.json', { epoch: 3 }),
  },
  {
    what: 'a wrong value in a recipe',
    words: ['--recipe', '$/value.json'],
    says: /^\$\/value\.json: momentum: .*, got "0\.9"$/,
    makes: withRecipe('value.json', { momentum: '0.9' }),
  },
  {
    what: 'what a recipe says of a loss, with an unknown name',
    words: ['--recipe', '$/special.json'],
    says: '$/special.json: perLoss.lmcl: unknown option (did you mean marginRamp?), got marginRam',
    makes: withRecipe('special.json', { perLoss: { lmcl: { marginRam: 3 } } }),
  },
  {
    what: 'what a recipe says of a loss, as a number',
    words: ['--recipe', '$/number.json'],
    says: '$/number.json: perLoss.lmcl must be an object, got null',
    makes: withRecipe('number.json', { perLoss: { lmcl: null } }),
  },
  {
    what: 'a model to start from that is missing',
    words: ['--from', '$/none.onnx'],
    says: '$/none.onnx: model cannot be read, no such file or folder',
  },
  {
    what: 'a model to start from that is not ONNX',
    words: ['--from', '$/text.onnx'],
    says: '$/text.onnx: not an ONNX model (it begins with "this is no model")',
    makes: () => put('text.onnx', 'this is no model, but a text'),
  },
  {
    what: 'a checkpoint to start from that is none',
    words: ['--from', '$/text.bin'],
    says: '$/text.bin: no checkpoint of this version, begins with "this is no model, but a"',
    makes: () => put('text.bin', 'this is no model, but a text'),
  },
]

describe('steradian train refuses, in one line and with exit code 2, and makes nothing:', () => {
  const cases = [...data, ...options, ...files].map((refusal, i) => ({ ...refusal, i }))
  const ended: Ended[] = []
  const outOf = (i: number): string => join(base, `out${i}`, 'run')

  // All at once, a few beside each other: most of a run is the start of Node.
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'refusals-'))
    await writePeople(join(base, 'people'))
    for (const { makes } of cases) await makes?.()
    let next = 0
    const worker = async (): Promise<void> => {
      for (let i = next++; i < cases.length; i = next++) {
        const words = cases[i]!.words.map((word) => word.replaceAll('$', base))
        const isGiven = cases[i]!.images === false || words.includes('--images') || words.includes('--list')
        const images = isGiven ? [] : ['--images', join(base, 'people')]
        ended[i] = await steradian('train', ...tiny, ...images, '--out', outOf(i), ...words)
      }
    }
    await Promise.all([worker(), worker(), worker()])
  }, 300_000)
  afterAll(() => rm(base, { recursive: true }))

  it.each(cases)('$what', ({ i, says }) => {
    const { code, stdout, stderr } = ended[i]!
    const lines = stderr.replaceAll(base, '$').trimEnd().split('\n')
    const last = lines.pop()!
    expect(last).toMatch(/^steradian: /)
    if (typeof says === 'string') expect(last).toBe(`steradian: ${says}`)
    else expect(last.slice('steradian: '.length)).toMatch(says)
    // Before it stand only facts on the data set.
    for (const line of lines)
      expect(line).toMatch(/^(\d+ \S.*|no landmarks: .*|looking through .*|aligning .*|warning: .*)$/)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(existsSync(join(outOf(i), '..'))).toBe(false)
  })

  it('where it made a cache, of that neither a part is left', () => {
    expect(existsSync(join(base, 'cut-cache.bin'))).toBe(false)
  })
})

describe('steradian train and what lies in its way', () => {
  let folder = ''
  let people = ''
  let run = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'in-the-way-'))
    await chmod(folder, 0o755)
    people = join(folder, 'people')
    run = join(folder, 'run')
    await writePeople(people)
    await steradian('train', ...tiny, '--images', people, '--steps', '3', '--out', run)
  }, 120_000)
  /** A file system of 48 KiB, where this user may mount one. */
  const disk = mountTiny()
  afterAll(async () => {
    if (disk) execFileSync('umount', [disk])
    if (disk) await rm(disk, { recursive: true })
    await rm(folder, { recursive: true })
  })

  const refused = async (words: readonly string[], line: string, uid?: number): Promise<void> => {
    const { code, stdout, stderr } = await start(['train', ...words], { uid }).ended
    expect({ code, stdout, last: stderr.trimEnd().split('\n').at(-1) }).toEqual({
      code: 2,
      stdout: '',
      last: `steradian: ${line}`,
    })
  }
  const contents = async (path: string) =>
    Promise.all((await readdir(path)).sort().map(async (name) => [name, await readFile(join(path, name))]))

  it('refuses a folder that exists before it looks at images, and leaves it as it is', async () => {
    const before = await contents(run)
    await refused(
      [...tiny, '--images', join(folder, 'none'), '--out', run],
      `--out: folder exists and is not empty (use --resume to go on, or another name), got ${run}`,
    )
    expect(await contents(run)).toEqual(before)
    await refused(
      [...tiny, '--images', people, '--out', join(run, 'model.onnx')],
      `--out: is no folder, or lies below a file, got ${run}/model.onnx`,
    )
    await refused([...tiny, '--images', people], 'train: --out is missing (the folder of the run)')
  })

  it('takes an empty folder, and leaves it there when the run fails', async () => {
    const empty = join(folder, 'empty')
    await mkdir(empty)
    await refused(
      [...tiny, '--images', join(folder, 'none'), '--out', empty],
      `${folder}/none: no such file or folder`,
    )
    expect(await readdir(empty)).toEqual([])
  })

  it('refuses a checkpoint cut short, changed, or of another network, and leaves it as it is', async () => {
    const path = join(run, 'checkpoint.bin')
    const whole = await readFile(path)
    const broken = async (bytes: Uint8Array, line: RegExp): Promise<void> => {
      await writeFile(path, bytes)
      const before = await contents(run)
      const { code, stderr } = await steradian('train', '--resume', '--out', run)
      expect(code).toBe(2)
      expect(stderr.trimEnd().split('\n').at(-1)!.replaceAll(folder, '$')).toMatch(line)
      expect(await contents(run)).toEqual(before)
    }
    const damaged =
      /^steradian: \$\/run\/checkpoint\.bin: checkpoint is cut short or changed, its SHA-256 does not fit, got [0-9a-f]{12}$/
    await broken(whole.subarray(0, whole.length - 1000), damaged)
    await broken(
      whole.map((byte, i) => (i === whole.length - 5000 ? byte ^ 4 : byte)),
      damaged,
    )
    await broken(
      Buffer.from('text'),
      /^steradian: \$\/run\/checkpoint\.bin: no checkpoint of this version, begins with "text"$/,
    )
    const other = join(folder, 'other')
    await steradian('train', ...tiny, '--images', people, '--steps', '1', '--out', other, '--width', '0.125')
    await broken(
      await readFile(join(other, 'checkpoint.bin')),
      /^steradian: \$\/run\/recipe\.json: width was 0\.125 when the checkpoint of step 1 was made, got 0\.0625$/,
    )
    // One that does not say with what settings it was made.
    const opened = await readCheckpoint(join(other, 'checkpoint.bin'))
    const { recipe: _, ...settings } = opened.settings
    await broken(
      await encoded({ ...opened, settings }),
      /^steradian: \$\/run\/checkpoint\.bin: checkpoint of another architecture, stage1\.down\.weight is \[4,3,3,3\] here, got \[8,3,3,3\]$/,
    )
    await writeFile(path, whole)
  }, 120_000)

  it('refuses a recipe in the run folder that somebody has spoilt', async () => {
    const path = join(run, 'recipe.json')
    const whole = await readFile(path)
    await writeFile(path, whole.subarray(0, 50))
    const { code, stderr } = await steradian('train', '--resume', '--out', run)
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^steradian: .*\/run\/recipe\.json: recipe is no JSON, [^\n]*\n$/),
    })
    await writeFile(path, whole)
  })

  it('stops at a picture that breaks in the midst with its path, keeps what was learnt, and goes on once it is mended', async () => {
    const mended = join(folder, 'mended')
    await writePeople(mended)
    const bad = join(mended, 'joe', '3.png')
    const good = await readFile(bad)
    const words = ['train', ...tiny, '--images', mended, '--steps', '400']
    const out = join(folder, 'midst')
    const { ended } = start([...words, '--out', out])
    await until(() => existsSync(join(out, 'metrics.jsonl')), 'the first step')
    await writeFile(bad, good.subarray(0, good.length / 2))
    const { code, stdout, stderr } = await ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(new RegExp(`\nsteradian: ${bad}: [^\n]+\n$`))
    // Where the first batch was at stake already, nothing was learnt.
    await writeFile(bad, good)
    if (existsSync(out)) {
      expect((await readdir(out)).sort()).toEqual(['checkpoint.bin', 'metrics.jsonl', 'recipe.json'])
      expect((await steradian('train', '--resume', '--out', out)).code).toBe(0)
    } else await start([...words, '--out', out]).ended
    const straight = join(folder, 'straight')
    await start([...words, '--out', straight]).ended
    for (const name of ['model.onnx', 'metrics.jsonl'])
      expect(await readFile(join(out, name))).toEqual(await readFile(join(straight, name)))
  }, 120_000)

  const isRoot = process.getuid?.() === 0
  it.skipIf(process.platform === 'win32')(
    'refuses a folder in which it may not write (as another user, where this one may all)',
    async () => {
      const locked = join(folder, 'locked')
      await mkdir(locked)
      await chmod(locked, 0o555)
      await refused(
        [...tiny, '--images', people, '--out', join(locked, 'run')],
        `${locked}/run: folder cannot be made, no permission`,
        isRoot ? 65534 : undefined,
      )
      expect(await readdir(locked)).toEqual([])
    },
  )

  it.skipIf(!disk)(
    'says that the disk is full, and leaves nothing there (needs the right to mount a small file system)',
    async () => {
      const out = join(disk!, 'run')
      await refused(
        [...tiny, '--images', people, '--steps', '3', '--out', out],
        `${out}/checkpoint.bin: checkpoint was not written, the disk is full`,
      )
      expect(await readdir(disk!)).toEqual([])
    },
  )
})

function mountTiny(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const disk = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48k', 'tmpfs', disk], { stdio: 'ignore' })
    return disk
  } catch {
    return null
  }
}
