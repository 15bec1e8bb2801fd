import { lowerBound } from '../base/search.ts'
import type { LeaseRow } from '../storage/port.ts'
import type { IdRange } from '../sync/protocol.ts'
import { leasesAbove } from './leases.ts'

/** Whether an id is in one of `leases`, which may be many, in any order: searched by halves, with neighbours as one. */
export function leasedIds(leases: readonly LeaseRow[]): (id: number) => boolean {
  const ranges = merged(leasesAbove(leases, 0))
  return (id) => {
    const next = lowerBound(0, ranges.length, (i) => (ranges[i] as IdRange)[0] <= id)
    const range = ranges[next - 1]
    return range !== undefined && id < range[1]
  }
}

/** Requires: `ranges` are sorted, and none has an id of another. */
function merged(ranges: readonly IdRange[]): readonly IdRange[] {
  const out: IdRange[] = []
  for (const [from, to] of ranges) {
    const last = out.at(-1)
    if (last?.[1] === from) out[out.length - 1] = [last[0], to]
    else out.push([from, to])
  }
  return out
}
