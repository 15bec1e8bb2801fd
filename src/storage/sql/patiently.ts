import { isTransient, sqlError } from './sql-error.ts'

/** Milliseconds for which a statement is tried again while another node is in its way. */
const PATIENCE = 5000
/** Milliseconds; half of it and up to as much again at random, so that two nodes do not keep meeting. */
const PAUSE = 5

/** `work`, again and again while somebody else is in the way; every other failure with its code. */
export async function patiently<T>(doing: string, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    try {
      return await work()
    } catch (e) {
      if (!isTransient(e) || performance.now() > deadline) throw sqlError(e, doing)
      await new Promise((resolve) => setTimeout(resolve, PAUSE * (0.5 + Math.random())))
    }
  }
}
