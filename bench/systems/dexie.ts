import { Dexie, liveQuery } from 'dexie'
import type { Data } from '../data/data.ts'
import type { Item, Order } from '../data/inventory.ts'
import type { OpenOptions, Session } from './system.ts'

export async function open({ name, countIndexed }: OpenOptions): Promise<Session> {
  const database = new Dexie(name, { chromeTransactionDurability: 'relaxed' })
  database.version(1).stores({ items: countIndexed ? 'sku, count' : 'sku', orders: 'id' })
  await database.open()
  const items = database.table<Item, string>('items')
  const orders = database.table<Order, number>('orders')
  return {
    async import(data: Data) {
      if (data.kind === 'items') await items.bulkAdd(data.items)
      if (data.kind === 'orders') await orders.bulkAdd(data.orders)
    },
    lookup: async (sku) => (await items.get(sku))?.count,
    countBelow: (count) => items.filter((item) => item.count < count).count(),
    update: async (sku, count) => void (await items.update(sku, { count })),
    live(limit, show) {
      const lowest = liveQuery(() => items.orderBy('count').limit(limit).toArray())
      const subscription = lowest.subscribe({ next: show })
      return () => subscription.unsubscribe()
    },
    close: () => database.close(),
  }
}
