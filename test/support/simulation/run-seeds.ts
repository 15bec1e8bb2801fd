import type { Parts } from './parts.ts'
import { runSeed } from './run-seed.ts'
import { FAULTS } from './world.ts'

/** What must have happened somewhere in a run of many seeds, beside the faults of chance. */
const DEEDS = [
  'reordered',
  'partition',
  'token expired',
  'storage conflict',
  'function lacking',
  'fenced off',
  'clock skew',
  'network',
  'killed browser',
  'power loss',
  'eviction',
  'tab',
  'tab closed',
  'leading tab closed',
  'two leaders',
  'copied profile',
  'transaction',
  'refused at once',
  'rejected',
  'sent again',
  'amended',
  'amended while pending',
  'withdrawn',
  'withdrawn too late',
  'schema',
  'provisional id',
  'leased id',
  'alias',
  'excision',
  'attached',
  'written during a rebase',
]

/** Runs the seeds `first ..`, so many. Returns how often what happened; throws naming the seed that fails. */
export async function runSeeds(first: number, count: number, parts?: Parts): Promise<Map<string, number>> {
  const happened = new Map<string, number>()
  for (let seed = first; seed < first + count; seed++) {
    const tally = await runSeed(seed, parts).catch((cause: unknown) => {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`seed ${seed} (ANNALS_SEED=${seed} runs it alone): ${said}`, { cause })
    })
    for (const [what, n] of tally) happened.set(what, (happened.get(what) ?? 0) + n)
  }
  return happened
}

/** Faults and deeds that never happened. */
export const missing = (happened: ReadonlyMap<string, number>): string[] =>
  [...FAULTS, ...DEEDS].filter((what) => !happened.has(what))
