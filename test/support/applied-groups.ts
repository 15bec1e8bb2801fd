import type * as Apply from '../../src/db/apply.ts'

/** Transactions that were put into an index together, by call: counted where `src/db/apply.ts` is mocked with {@link counting}. */
export const applied: number[] = []

export async function counting(original: () => Promise<unknown>): Promise<typeof Apply> {
  const apply = (await original()) as typeof Apply
  return {
    ...apply,
    applyTxs: (...args) => {
      applied.push(args[1].length)
      return apply.applyTxs(...args)
    },
  }
}
