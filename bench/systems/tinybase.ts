import { createStore } from 'tinybase'
import { createIndexedDbPersister } from 'tinybase/persisters/persister-indexed-db'
import type { Data } from '../data/data.ts'
import type { OpenOptions, Session } from './system.ts'

export async function open({ name }: OpenOptions): Promise<Session> {
  const store = createStore()
  const persister = createIndexedDbPersister(store, name)
  await persister.load()
  return {
    async import(data: Data) {
      store.transaction(() => fill(data))
      await persister.save()
    },
    lookup: (sku) => store.getCell('items', sku, 'count') as number | undefined,
    countBelow(limit) {
      let n = 0
      store.forEachRow('items', (sku) => {
        if ((store.getCell('items', sku, 'count') as number) < limit) n++
      })
      return n
    },
    async update(sku, count) {
      store.setCell('items', sku, 'count', count)
      await persister.save()
    },
    live(limit, show) {
      const answer = (ids: readonly string[]) =>
        show(ids.map((sku) => ({ sku, count: store.getCell('items', sku, 'count') as number })))
      answer(store.getSortedRowIds('items', 'count', false, 0, limit))
      const listener = store.addSortedRowIdsListener('items', 'count', false, 0, limit, (...changed) =>
        answer(changed[6]),
      )
      return () => void store.delListener(listener)
    },
    close: async () => void (await persister.destroy()),
  }

  function fill(data: Data): void {
    if (data.kind === 'items') {
      for (const { sku, color, size, type, count } of data.items)
        store.setRow('items', sku, { color, size, type, count })
    }
    if (data.kind === 'orders') {
      for (const { id, lines } of data.orders) {
        for (const [i, { item, count }] of lines.entries())
          store.setRow('lines', `${id}-${i}`, { order: id, item, count })
      }
    }
  }
}
