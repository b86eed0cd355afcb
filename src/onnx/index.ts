export { type EmitOptions, emit } from './emit.ts'
export { lower } from './lower.ts'
export { decodeModel, encodeModel, type ModelProto } from './proto.ts'
export { relayoutState, type StateLayouts } from './relayout.ts'
