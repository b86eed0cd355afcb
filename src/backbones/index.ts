export { type SfnetDepth, type SfnetOptions, sfnet, sfnetDepths } from './sfnet.ts'
