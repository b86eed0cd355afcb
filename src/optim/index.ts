export { cosine, multiStep, polynomial, type Schedule, warmUp } from './schedule.ts'
export { type Optimiser, sgd, type UpdateContext } from './sgd.ts'
