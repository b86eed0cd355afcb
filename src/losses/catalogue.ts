import { UsageError } from '../errors.ts'
import { aSoftmaxEntry } from './a-softmax.ts'
import { adaCosEntry } from './ada-cos.ts'
import { adaFaceEntry } from './ada-face.ts'
import { withTerms } from './added-terms.ts'
import { arcFaceEntry, subCentreArcFaceEntry } from './arc-face.ts'
import { centerEntry } from './center.ts'
import { circleEntry } from './circle.ts'
import { combinedMarginEntry } from './combined-margin.ts'
import { contrastiveEntry } from './contrastive.ts'
import { curricularFaceEntry } from './curricular-face.ts'
import { elasticArcEntry, elasticCosEntry } from './elastic-face.ts'
import type { LossEntry } from './entry.ts'
import { lSoftmaxEntry } from './l-softmax.ts'
import { lmclEntry } from './lmcl.ts'
import { unknown } from './loss-options.ts'
import { magFaceEntry } from './mag-face.ts'
import { nslEntry } from './nsl.ts'
import { softmaxEntry } from './softmax.ts'
import { sphereFace2Entry } from './sphere-face-2.ts'
import { sphereFaceREntry } from './sphere-face-r.ts'
import { tripletEntry } from './triplet.ts'
import { uniFaceEntry } from './uni-face.ts'

/** The losses that can be chosen by name. */
export const losses: readonly LossEntry[] = [
  ...[
    softmaxEntry,
    nslEntry,
    aSoftmaxEntry,
    lmclEntry,
    lSoftmaxEntry,
    arcFaceEntry,
    subCentreArcFaceEntry,
    combinedMarginEntry,
    sphereFaceREntry,
    sphereFace2Entry,
    elasticArcEntry,
    elasticCosEntry,
    uniFaceEntry,
    circleEntry,
    adaCosEntry,
    curricularFaceEntry,
    magFaceEntry,
    adaFaceEntry,
  ].map(withTerms),
  contrastiveEntry,
  tripletEntry,
  centerEntry,
]

/** The loss of that name or alias, in small or capital letters. @throws UsageError that says the nearest name */
export function lossNamed(name: string): LossEntry {
  const found = losses.find((loss) => [loss.name, ...loss.aliases].includes(name.toLowerCase()))
  if (found) return found
  const names = losses.flatMap((loss) => [loss.name, ...loss.aliases])
  throw new UsageError(`loss: ${unknown('name', name, names)}`)
}
