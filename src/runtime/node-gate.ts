/**
 * What the thread of a session shares with the thread that opened it. A thread that is ended while the runtime computes
 * takes the whole process down, so nothing may end it but when it is idle: the gate says when, without any message.
 */
export type Gate = Int32Array<SharedArrayBuffer>

const busy = 0
const closed = 1

/** An open gate of an idle session. */
export const openGate = (): Gate => new Int32Array(new SharedArrayBuffer(8))

/** In the session's thread: does `work` unless the gate is closed; then null. */
export async function passGate<Result>(gate: Gate, work: () => Promise<Result>): Promise<Result | null> {
  // First busy, then a look at the gate, while the closing thread does the reverse: one of the two sees the other.
  Atomics.store(gate, busy, 1)
  try {
    return Atomics.load(gate, closed) === 1 ? null : await work()
  } finally {
    Atomics.store(gate, busy, 0)
    Atomics.notify(gate, busy)
  }
}

/** In the opening thread: lets nothing new through. */
export function closeGate(gate: Gate): void {
  Atomics.store(gate, closed, 1)
}

/** Blocks the calling thread until what has passed a closed gate is done. */
export function waitAtGate(gate: Gate): void {
  Atomics.wait(gate, busy, 1)
}

const gates = new Set<Gate>()

/** Ends no thread in the midst of a run when the process exits. */
function waitForAll(): void {
  for (const gate of gates) closeGate(gate)
  for (const gate of gates) waitAtGate(gate)
}

/** In the opening thread: the process does not exit before what has passed the gate is done; gives the way to end that. */
export function guardExit(gate: Gate): () => void {
  if (gates.size === 0) process.once('exit', waitForAll)
  gates.add(gate)
  return () => {
    gates.delete(gate)
    if (gates.size === 0) process.off('exit', waitForAll)
  }
}
