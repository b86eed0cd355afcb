/**
 * A margin of your own. A loss is a function of graph operators, and its gradient comes by itself: this one is LMCL with a
 * margin that grows with the angle θ to one's own prototype, m·(1 − cosθ), so that hard faces are pushed more than easy ones.
 * Run it in a clone with `npx node examples/custom-margin.ts`, perhaps with a number of steps; it leaves model.onnx.
 */
import { writeFile } from 'node:fs/promises'
import { sfnet } from 'steradian/backbones'
import { memorySource, syntheticFaces, trainingData } from 'steradian/data'
import { mul, sub, type Tensor } from 'steradian/graph'
import { cosine, crossEntropy, oneHot } from 'steradian/losses'
import { embeddingModel, type Progress, train } from 'steradian/train'

function growingMargin(x: Tensor, W: Tensor, labels: Tensor, { s = 30, m = 0.3 } = {}): Tensor {
  const cosθ = cosine(x, W)
  const margin = mul(mul(m, sub(1, cosθ)), oneHot(labels, W.shape[0]!))
  return crossEntropy(mul(s, sub(cosθ, margin)), labels)
}

const data = trainingData(memorySource(syntheticFaces({ people: 64, imagesPerPerson: 8 })))
const backbone = (pixels: Tensor): Tensor => sfnet(pixels, { depth: 10, width: 0.25, dimensions: 64 })
const steps = Number(process.argv[2] ?? 100)
const onStep = ({ step, loss }: Progress): void => console.log(step, loss)
const { values } = await train({ backbone, loss: growingMargin, data, steps, onStep })
await writeFile('model.onnx', embeddingModel({ backbone, ...data, values }))
