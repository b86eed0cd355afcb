export {
  type Architecture,
  type ArchitectureOptions,
  architectureNamed,
  architectures,
} from './architectures.ts'
export { type IrDepth, type IrOptions, ir, irDepths } from './ir.ts'
export { type MlpOptions, mlp } from './mlp.ts'
export { mobileFaceNet } from './mobile-face-net.ts'
export type { NetworkOptions } from './network-options.ts'
export { type NetworkSize, networkSize } from './network-size.ts'
export { type SfnetDepth, type SfnetOptions, sfnet, sfnetDepths } from './sfnet.ts'
