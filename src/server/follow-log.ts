import { FIRST_USER_ID } from '../datom/ids.ts'
import { type Place, start } from '../engine/place.ts'
import { applyRows } from '../engine/replay.ts'
import { rowPages } from '../engine/row-pages.ts'
import type { RemoteHead, RemoteStore } from '../storage/port.ts'

/** Where a node stands: its value, and the head that it was made for. */
export interface Stand {
  readonly place: Place
  readonly head: RemoteHead
}

/**
 * From where a node stands to the head of the log: from the beginning when the log is another one, or facts were taken out of it.
 * Throws `storage/corrupt`.
 */
export async function followLog(store: RemoteStore, known: Stand): Promise<Stand> {
  for (;;) {
    const head = await store.head()
    const from = isSame(known, head) ? known.place : await start()
    if (from.head.t === head.t) return { place: placeAt(from, head), head }
    // facts may be taken out while the rows are read: then some are of before, and some of after
    const isStill = async (): Promise<boolean> => (await store.head()).excisions === head.excisions
    try {
      const place = await fold(store, from, head)
      if (await isStill()) return { place, head }
    } catch (e) {
      if (await isStill()) throw e
    }
  }
}

const isSame = ({ place, head }: Stand, now: RemoteHead): boolean =>
  head.epoch === '' || (now.t >= place.head.t && now.epoch === head.epoch && now.excisions === head.excisions)

const placeAt = ({ db, head: at }: Place, { nextId }: RemoteHead): Place => ({
  db,
  head: at,
  nextId: Math.max(nextId, FIRST_USER_ID),
})

async function fold(store: RemoteStore, from: Place, to: RemoteHead): Promise<Place> {
  let { db, head: at } = from
  for await (const rows of rowPages(store, at.t + 1, to.t)) ({ db, head: at } = await applyRows(db, at, rows))
  return placeAt({ ...from, db, head: at }, to)
}
