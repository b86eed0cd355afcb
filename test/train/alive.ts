import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Counts which of the objects that it was shown somebody still holds. */
export function aliveOf() {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const shown: WeakRef<object>[] = []
  return {
    watch<T extends object>(object: T): T {
      shown.push(new WeakRef(object))
      return object
    },
    /** How many are alive after a collection. */
    async count(): Promise<number> {
      // What was looked at stays alive until its task is over.
      await new Promise((done) => setImmediate(done))
      collect()
      await new Promise((done) => setImmediate(done))
      return shown.filter((reference) => reference.deref() !== undefined).length
    },
  }
}
