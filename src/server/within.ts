import { after, unlessGivenUp } from '../base/wait-until.ts'

/** Settles as `work` does; rejects once it has taken `ms` milliseconds. */
export const within = <T>(ms: number, work: T | Promise<T>): Promise<T> =>
  unlessGivenUp(work, [after(ms, () => new Error(`it took longer than ${ms} ms`))])
