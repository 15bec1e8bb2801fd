import { txOfT } from '../datom/ids.ts'
import type { LogRecord } from '../engine/record.ts'
import { News } from './footprint.ts'
import { type Pending, pendingTx } from './pending.ts'
import { isTwin } from './twin.ts'

/** The transaction entities of those of `entries` whose records say just what was predicted. */
export function promotedOf(entries: readonly Pending[], records: readonly LogRecord[]): ReadonlySet<number> {
  const queued = new Map(entries.map((p) => [p.txid, p]))
  const promoted = new Set<number>()
  for (const record of records) {
    const own = queued.get(record.txid)
    if (own !== undefined && isTwin(record, own)) promoted.add(pendingTx(own.seq))
  }
  return promoted
}

/**
 * What the predictions were not made on: `records`, and those of `entries` that turned out otherwise. Of the `promoted` only the
 * transaction's own facts are news; `out` leave the queue.
 */
export function newsOf(
  entries: readonly Pending[],
  records: readonly LogRecord[],
  out: readonly Pending[],
  promoted: ReadonlySet<number>,
): News {
  const news = new News()
  const forget = ({ body }: Pending): void => {
    if (body.predicted !== undefined) news.addFacts(body.predicted)
    news.addAliases(body.replaced)
  }
  const queued = new Map(entries.map((p) => [p.txid, p]))
  for (const record of records) {
    const own = queued.get(record.txid)
    if (own !== undefined && promoted.has(pendingTx(own.seq))) news.addFacts(record.data, txOfT(record.t))
    else {
      news.addFacts(record.data)
      news.addAliases(record.aliases)
      if (own !== undefined) forget(own)
    }
  }
  for (const p of out) if (p.t === undefined) forget(p)
  return news
}
