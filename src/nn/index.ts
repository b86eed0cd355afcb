export { type ConvolutionOptions, convolution } from './convolution.ts'
export { fullyConnected } from './fully-connected.ts'
export { fanInUniform, filled, gaussian } from './initialisers.ts'
export { prelu } from './prelu.ts'
