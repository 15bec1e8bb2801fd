import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Value } from '../datom/value.ts'
import type { Scan } from './scan.ts'

/** Asks all scans for what they need at once; undefined when everything is in memory already. */
export function loadAll(scans: Iterable<Pick<Scan, 'load'>>): Promise<void> | undefined {
  let pending: Promise<void>[] | undefined
  for (const scan of scans) {
    const loading = scan.load()
    if (loading === undefined) continue
    if (pending === undefined) pending = [loading]
    else pending.push(loading)
  }
  return pending && Promise.all(pending).then(() => undefined)
}

/** `read(scan)` once the scan's rows are in memory. */
export function whenLoaded<T>(scan: Scan, read: (scan: Scan) => T): MaybePromise<T> {
  const loading = scan.load()
  return loading === undefined ? read(scan) : loading.then(() => read(scan))
}

/** How many rows a scan has, which may have to be read for that: what it says before is a guess. */
export const countRows = (scan: Scan): MaybePromise<number> => whenLoaded(scan, (s) => s.count)

/** The values of a loaded scan's rows, in index order. */
export function valuesOf(scan: Scan): Value[] {
  const out: Value[] = []
  for (const b of scan.batches()) for (let i = b.start; i < b.end; i++) out.push(b.v[i] as Value)
  return out
}
