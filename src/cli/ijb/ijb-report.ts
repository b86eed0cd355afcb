import type { GallerySearch, JoinedRates, JsonObject, TemplateVerification } from '../../evaluate/index.ts'
import type { MissingImage } from '../embed/missing-images.ts'
import type { EvaluationCurves } from '../evaluate/evaluation-curves.ts'
import { type Evaluation, missingFacts } from '../evaluate/evaluation-output.ts'
import {
  identificationFacts,
  identificationTable,
  verificationFacts,
  verificationTable,
} from './ijb-facts.ts'

/** What a run was made of; JSON, so that a part can carry it (a type, since an interface is no `JsonObject`). */
export type IjbSetup = {
  readonly protocol: string
  /** The model or the feature file, with its hash. */
  readonly source: JsonObject
  readonly lists: JsonObject
  readonly weight: string
  readonly unit: boolean
  readonly images: number
  readonly templates: number
  readonly missingTemplates: number
  readonly missingItems: readonly MissingImage[]
}

/** What 1:N found: each gallery's search, and both at once as the public tools do. */
export interface IjbSearches {
  readonly galleries: readonly { readonly gallery: string; readonly search: GallerySearch }[]
  readonly joined?: JoinedRates | undefined
}

/** The result of a run, for the terminal and for files. */
export function ijbEvaluation(
  { protocol, source, missingItems, ...setup }: IjbSetup,
  {
    verification,
    searches,
  }: { readonly verification?: TemplateVerification; readonly searches?: IjbSearches },
): Evaluation {
  const facts: Record<string, unknown> = { ...source, ...setup }
  const table = [`${setup.images} images in ${setup.templates} templates, weight ${setup.weight}`]
  const curves: { -readonly [K in keyof EvaluationCurves]: EvaluationCurves[K] } = {}
  if (verification) {
    const found = verificationFacts(verification)
    facts.verification = found.facts
    table.push('', ...verificationTable(found.facts))
    Object.assign(curves, found.curves)
  }
  if (searches) {
    const found = identificationFacts(searches.galleries, searches.joined)
    facts.identification = found.facts
    table.push('', ...identificationTable(found.facts))
    if (found.cmc.length > 0) curves.cmc = found.cmc
    const all = (pick: (search: GallerySearch) => Float64Array) =>
      searches.galleries.flatMap(({ search }) => [...pick(search)])
    curves.searchScores = {
      genuine: all(({ mateScores }) => mateScores),
      impostor: all(({ nonMatedScores }) => nonMatedScores),
    }
  }
  return { protocol, facts: { ...facts, ...missingFacts(missingItems) }, table, curves }
}
