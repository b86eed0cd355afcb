/** What takes a tensor's place: the tensor of that name in the file, one number, or the identity of a 1×1 convolution. */
export type Source = { readonly file: string } | { readonly fill: number } | { readonly eye: true }

/** How another program names the tensors of a network that is also one of ours. */
export interface Layout {
  readonly name: string
  /** Networks that it has, by our names. */
  readonly networks: RegExp
  /** What that program makes of a pixel: (v − 127.5) / divisor, in this order of channels. */
  readonly divisor: number
  readonly channels: 'rgb' | 'bgr'
  /** The images that its published weights were trained on, where that is the same for all. */
  readonly trainedOn?: { readonly input: string; readonly alignment: string }
  /** What to say where it does not fit. */
  readonly hint?: string
  /** Where our tensor `name` comes from; `unitsBefore` counts the units in the stages before a stage. */
  readonly source: (name: string, unitsBefore: (stage: number) => number) => Source
}

/** The scale of a batch normalisation that changes nothing: variance 1, and 1e-5 added to it. */
const neutralScale = Math.sqrt(1 + 1e-5)

/** Parts of a normalisation that changes nothing. */
const neutral: Readonly<Record<string, number>> = { weight: neutralScale, bias: 0, mean: 0, variance: 1 }

const partNames: Readonly<Record<string, string>> = {
  mean: 'running_mean',
  variance: 'running_var',
  slope: 'weight',
}

interface Place {
  readonly stage: number
  readonly unit: number
  /** The layer within its unit, or of the network; slopes are those of a layer `….prelu`. */
  readonly layer: string
  readonly part: string
}

function placeOf(name: string): Place {
  const dot = name.lastIndexOf('.')
  const [path, part] = [name.slice(0, dot), name.slice(dot + 1)]
  const [, stage, unit, rest] = /^stage(\d+)\.(?:unit(\d+)|down(?=$|\.))\.?(.*)$/.exec(path) ?? []
  const own = rest ?? path
  const layer = part === 'slope' ? (own ? `${own}.prelu` : 'prelu') : own
  return { stage: Number(stage ?? 0), unit: Number(unit ?? 0), layer, part }
}

const torchPart = (part: string): string => partNames[part] ?? part

/** Our tensor under the name of the other program's layer; nothing where it has none. */
const under = (layer: string | undefined, part: string, otherwise: Source): Source =>
  layer === undefined ? otherwise : { file: `${layer}.${torchPart(part)}` }

const nowhere = (name: string): Source => ({ file: `(nothing for ${name})` })

/** As this package names them, in its own files and, with PyTorch's words for the parts, in a port of its networks. */
const ours: Layout = {
  name: 'steradian',
  networks: /./,
  divisor: 128,
  channels: 'rgb',
  source: (name) => ({ file: name }),
}

const oursInTorch: Layout = {
  ...ours,
  name: "steradian's networks in PyTorch",
  source: (name) => {
    const [path, part] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)]
    return { file: `${path}${part === 'slope' ? '.prelu' : ''}.${torchPart(part)}` }
  },
}

const iresnetTop: Readonly<Record<string, string>> = {
  stem: 'conv1',
  'stem.norm': 'bn1',
  'stem.prelu': 'prelu',
  'output.norm': 'bn2',
  embedding: 'fc',
  'embedding.norm': 'features',
}
const iresnetUnit: Readonly<Record<string, string>> = {
  'input.norm': 'bn1',
  conv1: 'conv1',
  'conv1.norm': 'bn2',
  'conv1.prelu': 'prelu',
  conv2: 'conv2',
  'conv2.norm': 'bn3',
  shortcut: 'downsample.0',
  'shortcut.norm': 'downsample.1',
}

/** What ArcFace's code and those after it feed. */
const arcfaceImages = { input: '112x112', alignment: 'arcface' } as const

/** The iresnet of InsightFace's PyTorch code. */
const iresnet: Layout = {
  name: 'iresnet (InsightFace)',
  networks: /^ir\d/,
  trainedOn: arcfaceImages,
  divisor: 127.5,
  channels: 'rgb',
  source: (name) => {
    const { stage, unit, layer, part } = placeOf(name)
    if (stage === 0) return under(iresnetTop[layer], part, nowhere(name))
    const own = iresnetUnit[layer]
    return under(own && `layer${stage}.${unit - 1}.${own}`, part, nowhere(name))
  },
}

const evolveTop: Readonly<Record<string, string>> = {
  stem: 'input_layer.0',
  'stem.norm': 'input_layer.1',
  'stem.prelu': 'input_layer.2',
  'output.norm': 'output_layer.0',
  embedding: 'output_layer.3',
  'embedding.norm': 'output_layer.4',
}

/**
 * IR networks as face.evoLVe and those after it name them. Their first unit passes x on by leaving every second place out,
 * which a 1×1 convolution by the identity does too.
 */
const evolve = (
  unitLayers: Readonly<Record<string, string>>,
  given: Pick<Layout, 'name' | 'channels'> & { readonly plainEnd?: boolean },
): Layout => ({
  ...given,
  networks: /^ir\d/,
  trainedOn: arcfaceImages,
  divisor: 127.5,
  source: (name, unitsBefore) => {
    const { stage, unit, layer, part } = placeOf(name)
    const isPlainEnd = given.plainEnd && layer === 'embedding.norm' && (part === 'weight' || part === 'bias')
    if (isPlainEnd) return { fill: part === 'weight' ? 1 : 0 }
    if (stage === 0) return under(evolveTop[layer], part, nowhere(name))
    const body = `body.${unitsBefore(stage) + unit - 1}`
    if (stage === 1 && layer === 'shortcut') return { eye: true }
    if (stage === 1 && layer === 'shortcut.norm') return { fill: neutral[part]! }
    const own = unitLayers[layer]
    if (own === undefined && layer === 'conv1.norm') return { fill: neutral[part]! }
    return under(own && `${body}.${own}`, part, nowhere(name))
  },
})

const evolveShortcut = { shortcut: 'shortcut_layer.0', 'shortcut.norm': 'shortcut_layer.1' }
const evolveFive = {
  'input.norm': 'res_layer.0',
  conv1: 'res_layer.1',
  'conv1.prelu': 'res_layer.2',
  conv2: 'res_layer.3',
  'conv2.norm': 'res_layer.4',
  ...evolveShortcut,
}
const evolveSix = {
  'input.norm': 'res_layer.0',
  conv1: 'res_layer.1',
  'conv1.norm': 'res_layer.2',
  'conv1.prelu': 'res_layer.3',
  conv2: 'res_layer.4',
  'conv2.norm': 'res_layer.5',
  ...evolveShortcut,
}

const mobileTop: Readonly<Record<string, string>> = {
  stem: 'conv1',
  depthwise: 'conv2_dw',
  last: 'conv_6_sep',
  global: 'conv_6_dw',
}
/** Prefix of each stage's units; a lone unit stands for itself, the others lie in a `model`. */
const mobileUnit = (stage: number, unit: number): string | undefined =>
  stage === 1 || stage === 3 || stage === 5
    ? stage === 1 && unit === 1
      ? 'conv_23'
      : `conv_${{ 1: 3, 3: 4, 5: 5 }[stage]}.model.${unit - (stage === 1 ? 2 : 1)}`
    : { 2: 'conv_34', 4: 'conv_45' }[stage]
const mobileBlock: Readonly<Record<string, string>> = {
  expand: 'conv',
  depthwise: 'conv_dw',
  project: 'project',
}
const mobilePart = { '': 'conv', norm: 'bn', prelu: 'prelu' } as const

/** MobileFaceNet as ArcFace's reproductions in PyTorch name it. */
const mobileFaceNet: Layout = {
  name: 'MobileFaceNet (ArcFace reproductions)',
  networks: /^mobilefacenet$/,
  trainedOn: arcfaceImages,
  divisor: 127.5,
  channels: 'rgb',
  source: (name) => {
    const { stage, unit, layer, part } = placeOf(name)
    if (layer === 'embedding') return { file: 'linear.weight' }
    if (layer === 'embedding.norm') return { file: `bn.${torchPart(part)}` }
    const [block = '', kind = ''] = layer.split('.')
    const before =
      stage === 0
        ? mobileTop[block]
        : mobileBlock[block] && `${mobileUnit(stage, unit)}.${mobileBlock[block]}`
    return under(before && `${before}.${mobilePart[kind as keyof typeof mobilePart]}`, part, nowhere(name))
  },
}

/**
 * SFNet as OpenSphere's first version names it: a bias for every convolution, and ReLU, which is PReLU with slope 0. The
 * biases of the units have a place in batch normalisation only.
 */
const openSphere: Layout = {
  name: 'SFNet (OpenSphere)',
  hint: 'the biases of its units have a place with --batch-norm true',
  networks: /^sfnet\d/,
  divisor: 127.5,
  channels: 'rgb',
  source: (name) => {
    const { stage, unit, layer, part } = placeOf(name)
    if (part === 'slope') return { fill: 0 }
    if (stage === 0) return under(layer === 'embedding' ? 'fc' : undefined, part, nowhere(name))
    const isNorm = layer === 'norm' || layer.endsWith('.norm')
    const own = layer.replace(/\.?norm$/, '') || 'conv'
    if (isNorm && part !== 'bias') return { fill: neutral[part]! }
    return { file: `layer${stage}.${unit}.${own}.${part}` }
  },
}

/** Every layout that is known by its names. */
export const layouts: readonly Layout[] = [
  ours,
  oursInTorch,
  iresnet,
  evolve(evolveFive, { name: 'IR (face.evoLVe)', channels: 'rgb' }),
  evolve(evolveSix, { name: 'IR (after face.evoLVe, six layers a unit)', channels: 'rgb' }),
  evolve(evolveSix, { name: 'IR (AdaFace)', channels: 'bgr', plainEnd: true }),
  mobileFaceNet,
  openSphere,
]
