export { dot, finiteDifferences, relativeError } from './difference.ts'
export { evaluate, type Feeds, kernels } from './evaluate.ts'
