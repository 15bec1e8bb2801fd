import { checkDense } from '../dense.ts'
import type { LocalState, LogRow } from '../port.ts'
import type { Connection } from './connection.ts'
import { groupsCovering } from './groups.ts'
import { readHead } from './read-head.ts'
import { readNewerRoot, readStoredRoot } from './read-index.ts'

/** Every string, and none of the adapter's own keys. */
const anyName = (): IDBKeyRange => IDBKeyRange.lowerBound('')

/**
 * Everything but the log, of one moment. `storage/corrupt` when the queue has a hole, or the log ends before a root, or before
 * `known`, a `t` that it is known to reach.
 */
export function readState(
  connection: Connection,
  name: string,
  rootBeyond: number | undefined,
  queueBeyond: number,
  known: number,
): Promise<LocalState> {
  return connection.run('reading its state', {
    stores: ['meta', 'log', 'queue', 'rejected', 'index'],
    mode: 'readonly',
    durability: 'default',
    async work(tx) {
      const meta = tx.objectStore('meta')
      const [head, names, values, groups, rejected, root] = await Promise.all([
        readHead(tx, name),
        meta.getAllKeys(anyName()),
        meta.getAll(anyName()),
        groupsCovering(tx.objectStore('queue'), queueBeyond + 1, Number.POSITIVE_INFINITY),
        tx.objectStore('rejected').getAll(),
        rootBeyond === undefined ? readStoredRoot(tx) : readNewerRoot(tx, rootBeyond),
      ])
      const { confirmed, queue, claim, done } = head
      checkDense(name, 'log', [], confirmed.t + 1, Math.max(known, root?.t ?? 0))
      const left = Math.max(done, queueBeyond)
      const rows = groups.flat().filter(({ seq }) => seq > left)
      const seqs = rows.map(({ seq }) => seq)
      checkDense(name, 'queue', seqs, left + 1, queue.seq)
      return {
        heads: { confirmed, queue, claim },
        queue: rows,
        done,
        rejected,
        meta: new Map(names.map((key, i) => [String(key), values[i]])),
        root,
      }
    },
  })
}

/** Rows with `from <= t <= to`. Requires `from >= 1`; `known` is a `t` that the log is known to reach. */
export function readLogRows(
  connection: Connection,
  name: string,
  from: number,
  to: number,
  known: number,
): Promise<readonly LogRow[]> {
  return connection.run('reading its log', {
    stores: ['log'],
    mode: 'readonly',
    durability: 'default',
    async work(tx) {
      const groups = await groupsCovering(tx.objectStore('log'), from, to)
      const rows = groups.flat().filter(({ t }) => from <= t && t <= to)
      const ts = rows.map(({ t }) => t)
      checkDense(name, 'log', ts, from, Math.min(to, known))
      return rows
    },
  })
}

export function readConfirmedT(connection: Connection, name: string): Promise<number> {
  return connection.run('reading its head', {
    stores: ['meta', 'log'],
    mode: 'readonly',
    durability: 'default',
    work: async (tx) => (await readHead(tx, name)).confirmed.t,
  })
}
