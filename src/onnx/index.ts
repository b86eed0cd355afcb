export { type EmitOptions, emit } from './emit.ts'
export { decodeModel, encodeModel, type ModelProto } from './proto.ts'
