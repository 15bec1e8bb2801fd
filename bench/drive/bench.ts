import type { Place } from '../hosts/host.ts'
import type { Options } from '../options.ts'
import type { Plan } from '../plan.ts'
import type { Recorder } from '../recorder.ts'

/** What every group of workloads is given. */
export interface Bench {
  readonly options: Options
  readonly plan: Plan
  readonly recorder: Recorder
  /** Of the bench's page. */
  readonly origin: string
}

/** Run 0 warms up. In every run another system comes first, so that none profits from its place. */
export function* rounds<T>(runs: number, systems: readonly T[]): Generator<readonly [run: number, system: T]> {
  for (let run = 0; run <= runs; run++) {
    for (let i = 0; i < systems.length; i++) yield [run, systems[(i + run) % systems.length] as T]
  }
}

/** Closes the place whatever happens in it. */
export async function inPlace<P extends Place, T>(place: P, use: (place: P) => Promise<T>): Promise<T> {
  try {
    return await use(place)
  } finally {
    await place.close()
  }
}

export function say(group: string, run: number, runs: number, system: string): void {
  console.log(`${group.padEnd(12)} ${run === 0 ? 'warm-up' : `run ${run}/${runs}`}  ${system}`)
}
