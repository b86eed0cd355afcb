import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { readOnnxFile } from '../../embed/index.ts'
import type { PipelinePath, PipelineStage } from '../../figures/pipeline-figure.ts'
import { type ModelFlags, openGivenModel } from '../embed/model-options.ts'

/**
 * The path of training and that of testing of an ONNX model, ours or anybody's: its input, its network as counted in the file,
 * its embedding. Of the head, which no model file has, it says so.
 * @throws DataError, UsageError as `openModel` does
 */
export async function pipelineOfModel(flags: ModelFlags): Promise<PipelinePath[]> {
  const model = await openGivenModel(flags, (line) => void process.stderr.write(`${line}\n`))
  await model.close()
  const { height, width, alignment, dimensions, flip, isFused, name } = model.description
  const { nodes } = readOnnxFile(await readFile(flags.model), { name })
  const count = (...types: string[]) => nodes.filter(({ type }) => types.includes(type)).length
  const convolutions = count('Conv', 'ConvInteger', 'QLinearConv', 'FusedConv')
  const products = count('Gemm', 'MatMul', 'FusedMatMul', 'MatMulInteger', 'QLinearMatMul')
  const fed = `[${height}, ${width}, 3]`
  const shared: PipelineStage[] = [
    { name: 'Picture', lines: ['any size'], shape: '[h, w, 3]', isShared: true },
    {
      name: 'Align',
      lines: ['find the face,', 'five points to the', `${alignment} places`],
      shape: fed,
      isShared: true,
    },
    {
      name: 'Network',
      lines: [
        basename(name),
        `${convolutions} convolutions,`,
        `${products} matrix products,`,
        `${nodes.length.toLocaleString('en')} nodes in all`,
        ...(isFused ? ['fuses the mirror image'] : []),
      ],
      shape: `[${dimensions ?? 'D'}]`,
      isShared: true,
    },
  ]
  const mirror = {
    concat: ['and of the mirror', 'image, joined,'],
    sum: ['and of the mirror', 'image, summed,'],
    none: [],
  }[isFused ? 'none' : flip]
  const fused = dimensions === undefined ? 'D' : flip === 'concat' && !isFused ? 2 * dimensions : dimensions
  const absent = ['not in the file:', 'thrown away', 'after training']
  return [
    {
      name: 'Training',
      stages: [
        ...shared,
        { name: 'Prototypes', lines: absent, shape: '[C]', isDropped: true },
        { name: 'Loss', lines: absent, isDropped: true },
      ],
    },
    {
      name: 'Testing',
      stages: [
        ...shared,
        { name: 'Embedding', lines: ['of the image', ...mirror, 'to length 1'], shape: `[${fused}]` },
        { name: 'Compare', lines: ['the angle between two', 'against a threshold,', 'or ranked'] },
      ],
    },
  ]
}
