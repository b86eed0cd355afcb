import { anglesEntry } from './figure-angles.ts'
import { boundariesEntry } from './figure-boundaries.ts'
import { boundsEntry } from './figure-bounds.ts'
import { curvesEntry } from './figure-curves.ts'
import { embeddingMapEntry } from './figure-embedding-map.ts'
import type { FigureEntry } from './figure-entry.ts'
import { geometryEntry } from './figure-geometry.ts'
import { gradientsEntry } from './figure-gradients.ts'
import { megafaceEntry } from './figure-megaface.ts'
import { normsEntry } from './figure-norms.ts'
import { pipelineEntry } from './figure-pipeline.ts'
import { psiEntry } from './figure-psi.ts'
import { cmcEntry, detEntry, rocEntry } from './figure-results.ts'
import { sphereEntry } from './figure-sphere.ts'
import { targetLogitsEntry } from './figure-target-logits.ts'
import { worstPairsEntry } from './figure-worst-pairs.ts'

/** The figures of `steradian figure`, in the order in which they tell the story. */
export const figures: readonly FigureEntry[] = [
  boundariesEntry,
  psiEntry,
  targetLogitsEntry,
  gradientsEntry,
  geometryEntry,
  boundsEntry,
  sphereEntry,
  normsEntry,
  anglesEntry,
  curvesEntry,
  rocEntry,
  detEntry,
  cmcEntry,
  megafaceEntry,
  pipelineEntry,
  embeddingMapEntry,
  worstPairsEntry,
]
