import type { Place } from '../hosts/host.ts'
import type { Options } from '../options.ts'
import type { Plan } from '../plan.ts'
import type { Recorder } from '../recorder.ts'

/** What every part is given. */
export interface Bench {
  readonly options: Options
  readonly plan: Plan
  readonly recorder: Recorder
  /** Of the bench's page. */
  readonly origin: string
}

/** Items of a run that only warms up, at most. */
const FEW = 500

/** How many items are measured with in this run. */
export const itemsIn = (run: number, items: number): number => (run === 0 ? Math.min(FEW, items) : items)

/** Closes the place whatever happens in it. */
export async function inPlace<P extends Place, T>(place: P, use: (place: P) => Promise<T>): Promise<T> {
  try {
    return await use(place)
  } finally {
    await place.close()
  }
}
