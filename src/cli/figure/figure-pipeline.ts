import { existsSync } from 'node:fs'
import { UsageError } from '../../errors.ts'
import { type PipelinePath, type PipelineStage, pipelineFigure } from '../../figures/pipeline-figure.ts'
import { input, topologicalOrder } from '../../graph/index.ts'
import { addModelOptions, type ModelFlags } from '../embed/model-options.ts'
import { readRun } from '../report/read-run.ts'
import { backboneOf } from '../train/network-settings.ts'
import { readRecipe, resolveRecipe } from '../train/recipe.ts'
import { runFolder } from '../train/run-folder.ts'
import { inputSize } from '../train/training-run.ts'
import { csvText, figureEntry } from './figure-entry.ts'

/** The path of training and that of testing, with the shapes of a run's model. */
export const pipelineEntry = figureEntry<ModelFlags>({
  name: 'pipeline',
  shows: 'the path of training and that of testing, with the shapes of the model of a run or of an ONNX file',
  addOptions: (command) =>
    addModelOptions(command.argument('[run]', 'folder of a run, or an ONNX model'), { optional: true }),
  draw: async ({ args, flags, look }) => {
    const paths = await pathsOf(args[0], flags)
    return {
      svg: pipelineFigure(paths, look),
      csv: csvText(
        ['path', 'stage', 'gives', 'thrown_away'],
        paths.flatMap(({ name, stages }) =>
          stages.map((stage) => [name, stage.name, stage.shape, stage.isDropped ? 1 : 0]),
        ),
      ),
    }
  },
})

/** Of a run, or of a model, given as an argument or as an option. @throws UsageError, DataError */
async function pathsOf(given: string | undefined, flags: ModelFlags): Promise<PipelinePath[]> {
  if ((given === undefined) === (flags.model === undefined))
    throw new UsageError('pipeline: expected the folder of a run or a model, one of them')
  const file = flags.model ?? given!
  const isModel = flags.model !== undefined || file.endsWith('.onnx')
  if (!isModel) return pipelineOf(file)
  // Loaded when it is needed: the others draw where the runtime does not start.
  const { pipelineOfModel } = await import('./pipeline-of-model.ts')
  return pipelineOfModel({ ...flags, model: file })
}

/** @throws UsageError where there is no run; DataError for a recipe that is none */
async function pipelineOf(folder: string): Promise<PipelinePath[]> {
  const file = runFolder(folder).recipe
  if (!existsSync(file))
    throw new UsageError(`pipeline: expected the folder of a run (with recipe.json), got ${folder}`)
  const recipe = resolveRecipe(await readRecipe(file), {}, { where: file })
  const { data } = await readRun(folder)
  const { height, width } = inputSize(recipe.input)
  const feature = backboneOf(recipe)(input('pixels', [1, 3, height, width]))
  const maps = topologicalOrder([feature]).flatMap(({ op, shape }) =>
    op?.type === 'Conv' ? [shape.slice(1).join('×')] : [],
  )
  const [D, C] = [recipe.dimensions, data.people]
  const fused = recipe.flip === 'concat' ? 2 * D : D
  const size = `[${height}, ${width}, 3]`
  const picture: PipelineStage = { name: 'Picture', lines: ['any size'], shape: '[h, w, 3]', isShared: true }
  const align: PipelineStage = {
    name: 'Align',
    lines: ['find the face,', 'five points to the', `${recipe.alignment} places`],
    shape: size,
    isShared: true,
  }
  const network: PipelineStage = {
    name: 'Network',
    lines: [
      `${recipe.architecture}, width ${recipe.width}`,
      `${maps.length} convolutions,`,
      `maps ${[...new Set(maps)].at(0) ?? 'none'} …`,
      `… ${maps.at(-1) ?? 'none'}`,
    ],
    shape: `[${D}]`,
    isShared: true,
  }
  const mirror = {
    concat: ['and of the mirror', 'image, joined,'],
    sum: ['and of the mirror', 'image, summed,'],
    none: [],
  }
  return [
    {
      name: 'Training',
      stages: [
        picture,
        align,
        network,
        {
          name: 'Prototypes',
          lines: [
            C === undefined ? 'one of each person' : `${C.toLocaleString('en')} people,`,
            `${D} numbers each,`,
            'thrown away',
            'after training',
          ],
          shape: `[${C ?? 'C'}]`,
          isDropped: true,
        },
        {
          name: 'Loss',
          lines: [lossText(recipe), 'compares the angles', 'to the prototypes'],
          isDropped: true,
        },
      ],
    },
    {
      name: 'Testing',
      stages: [
        picture,
        align,
        network,
        {
          name: 'Embedding',
          lines: ['of the image', ...mirror[recipe.flip], 'to length 1'],
          shape: `[${fused}]`,
        },
        { name: 'Compare', lines: ['the angle between two', 'against a threshold,', 'or ranked'] },
      ],
    },
  ]
}

function lossText({
  loss,
  lossOptions,
}: {
  readonly loss: string
  readonly lossOptions: Readonly<Record<string, unknown>>
}): string {
  const { margin, scale, normaliseFeatures } = lossOptions
  const parts = [
    ...(margin === undefined ? [] : [`m ${String(margin)}`]),
    ...(scale === undefined || normaliseFeatures === false ? [] : [`s ${String(scale)}`]),
  ]
  return [loss, ...parts].join(', ')
}
