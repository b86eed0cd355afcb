/** What a column of a published table measures; all are percentages. */
export type PublishedMeasure = 'lfw' | 'ytf' | 'rank1' | 'tar'

/** A row as it was published. */
export interface PublishedRow {
  readonly name: string
  /** What it learnt from and with, where the table's rows differ in it. */
  readonly made?: string
  /** In the order of the table's columns; null where nothing was published. */
  readonly values: readonly (number | null)[]
}

/** A published table, and which results of ours may stand in it. */
export interface PublishedTable {
  readonly id: string
  readonly title: string
  readonly columns: readonly PublishedMeasure[]
  /** What all rows share. */
  readonly made: string
  readonly source: string
  readonly rows: readonly PublishedRow[]
  /** The losses that the table is about; all where left out. */
  readonly losses?: readonly string[]
  /** MegaFace's challenge, and its class of training sets. */
  readonly challenge?: 1 | 2
  readonly trainingClass?: 'small' | 'large'
}

/** What the columns are called. */
export const measureNames: Readonly<Record<PublishedMeasure, string>> = {
  lfw: 'LFW, %',
  ytf: 'YTF, %',
  rank1: 'rank-1, %',
  tar: 'TAR at FAR 1e-6, %',
}

/** How many decimals they were published with. */
export const measureDigits: Readonly<Record<PublishedMeasure, number>> = { lfw: 2, ytf: 1, rank1: 2, tar: 2 }

const cosface = 'Wang et al. 2018, CosFace'
const megaface = 'FaceScrub among 1 M distractors'
const casia = 'CASIA-WebFace, a network of 64 layers'

/** The published results that a reader will hold ours against. */
export const publishedTables: readonly PublishedTable[] = [
  {
    id: 'casia',
    title: 'One network and one training set, by loss',
    columns: ['lfw', 'ytf', 'rank1', 'tar'],
    made: `${casia}; MegaFace challenge 1, ${megaface}`,
    source: `${cosface}, table 2`,
    challenge: 1,
    rows: [
      { name: 'Softmax', values: [97.88, 93.1, 54.85, 65.92] },
      { name: 'Softmax + contrastive', values: [98.78, 93.5, 65.21, 78.86] },
      { name: 'Triplet', values: [98.7, 93.4, 64.79, 78.32] },
      { name: 'L-Softmax', values: [99.1, 94.0, 67.12, 80.42] },
      { name: 'Softmax + center', values: [99.05, 94.4, 65.49, 80.14] },
      { name: 'A-Softmax', values: [99.42, 95.0, 72.72, 85.56] },
      { name: 'A-Softmax, features normalised', values: [99.32, 95.4, 75.42, 88.82] },
      { name: 'LMCL, features not normalised', values: [99.1, 93.1, 75.1, 88.65] },
      { name: 'LMCL', values: [99.33, 96.1, 77.11, 89.88] },
    ],
  },
  {
    id: 'a-softmax',
    title: 'A-Softmax by its margin m',
    columns: ['lfw', 'ytf'],
    made: casia,
    source: 'Liu et al. 2017, SphereFace',
    losses: ['a-softmax'],
    rows: [
      { name: 'm = 1', values: [97.9, 93.2] },
      { name: 'm = 2', values: [98.4, 93.8] },
      { name: 'm = 3', values: [99.25, 94.4] },
      { name: 'm = 4', values: [99.42, 95.0] },
    ],
  },
  {
    id: 'models',
    title: 'Published models',
    columns: ['lfw', 'ytf'],
    made: 'each its own network and images; how many images, where a source that was looked up says it',
    source: cosface,
    rows: [
      {
        name: 'DeepFace',
        made: '4 M images of more than 4,000 people (Taigman et al. 2014, abstract)',
        values: [97.35, 91.4],
      },
      {
        name: 'FaceNet',
        made: '200 M images of 8 M people (Schroff et al. 2015, as cited by later papers)',
        values: [99.63, 95.1],
      },
      {
        name: 'DeepFR',
        made: '2.6 M images of more than 2,600 people (Parkhi et al. 2015, abstract)',
        values: [98.95, 97.3],
      },
      { name: 'DeepID2+', values: [99.47, 93.2] },
      { name: 'Center Face', values: [99.28, 94.9] },
      {
        name: 'SphereFace',
        made: 'CASIA-WebFace: 10,575 people less those who are in LFW',
        values: [99.42, 95.0],
      },
      { name: 'CosFace', made: '5 M images of 90,000 people', values: [99.73, 97.6] },
    ],
  },
  {
    id: 'challenge-1-large',
    title: 'MegaFace challenge 1, large (1 M images to learn from, or more)',
    columns: ['rank1', 'tar'],
    made: megaface,
    source: cosface,
    challenge: 1,
    trainingClass: 'large',
    rows: [
      { name: 'CosFace', values: [82.72, 96.65] },
      { name: 'CosFace, three patches', values: [84.26, 97.96] },
      { name: 'FaceNet v8', values: [70.49, 86.47] },
    ],
  },
  {
    id: 'challenge-1-small',
    title: 'MegaFace challenge 1, small (fewer than 0.5 M images to learn from)',
    columns: ['rank1', 'tar'],
    made: megaface,
    source: cosface,
    challenge: 1,
    trainingClass: 'small',
    rows: [
      { name: 'SphereFace, three patches', values: [75.76, 90.04] },
      { name: 'CosFace, three patches', values: [79.54, 92.22] },
    ],
  },
  {
    id: 'challenge-2',
    title: 'MegaFace challenge 2 (4.7 M given images of 672,000 people to learn from)',
    columns: ['rank1', 'tar'],
    made: megaface,
    source: cosface,
    challenge: 2,
    rows: [
      { name: 'SphereFace', values: [71.17, 84.22] },
      { name: 'CosFace', values: [74.11, 86.77] },
      { name: 'CosFace, three patches', values: [77.06, 90.3] },
      { name: 'GRCCV', values: [75.77, 74.84] },
    ],
  },
]
