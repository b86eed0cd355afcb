export { createSession, createStepSession } from './node.ts'
export * from './session.ts'
