import PouchDB from 'pouchdb-browser'
import find from 'pouchdb-find'
import type { Data } from '../data/data.ts'
import type { OpenOptions, Session, StockRow } from './system.ts'

PouchDB.plugin(find)

interface Doc {
  readonly kind: 'item' | 'order'
  readonly count?: number
}

const BATCH = 1_000

export async function open({ name, countIndexed }: OpenOptions): Promise<Session> {
  const database = new PouchDB<Doc>(name, { auto_compaction: false })
  if (countIndexed) await database.createIndex({ index: { fields: ['count'] } })
  return {
    async import(data: Data) {
      const docs = [...docsOf(data)]
      for (let from = 0; from < docs.length; from += BATCH) await database.bulkDocs(docs.slice(from, from + BATCH))
    },
    lookup: (sku) =>
      database.get(sku).then(
        (doc) => doc.count,
        () => undefined,
      ),
    async countBelow(count) {
      const { rows } = await database.allDocs({ include_docs: true, startkey: 'SKU-', endkey: 'SKU-\ufff0' })
      return rows.reduce((sum, { doc }) => sum + Number(doc?.count !== undefined && doc.count < count), 0)
    },
    async update(sku, count) {
      const doc = await database.get(sku)
      await database.put({ ...doc, count })
    },
    async live(limit, show) {
      // PouchDB has no live queries: the indexed query runs again after every change of its feed.
      const answer = async () => {
        const { docs } = await database.find({ selector: { count: { $gt: null } }, sort: ['count'], limit })
        show(docs.map(({ _id, count }): StockRow => ({ sku: _id, count: count ?? 0 })))
      }
      await answer()
      const feed = database.changes({ since: 'now', live: true }).on('change', () => void answer())
      return () => feed.cancel()
    },
    close: () => database.close(),
  }
}

function* docsOf(data: Data): Generator<PouchDB.Core.PutDocument<Doc>> {
  if (data.kind === 'items') {
    for (const { sku, color, size, type, count } of data.items) {
      const doc = { _id: sku, kind: 'item', color, size, type, count } as const
      yield doc
    }
  }
  if (data.kind === 'orders') {
    for (const { id, lines } of data.orders) {
      const doc = { _id: `order-${id}`, kind: 'order', lines } as const
      yield doc
    }
  }
}
