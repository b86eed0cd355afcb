export { type NetworkSize, networkSize } from './network-size.ts'
export { type SfnetDepth, type SfnetOptions, sfnet, sfnetDepths } from './sfnet.ts'
