export { fileProblem } from '../errors.ts'
