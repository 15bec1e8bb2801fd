import { createRxDatabase, type RxJsonSchema } from 'rxdb/plugins/core'
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'
import type { Data } from '../data/data.ts'
import type { Item, Order } from '../data/inventory.ts'
import type { OpenOptions, Session } from './system.ts'

const LONGEST_SKU = 16
const text = { type: 'string' } as const

const itemSchema = (countIndexed: boolean): RxJsonSchema<Item> => ({
  version: 0,
  primaryKey: 'sku',
  type: 'object',
  properties: {
    sku: { type: 'string', maxLength: LONGEST_SKU },
    color: text,
    size: text,
    type: text,
    count: { type: 'integer', minimum: -1_000_000, maximum: 1_000_000, multipleOf: 1 },
  },
  required: ['sku', 'color', 'size', 'type', 'count'],
  indexes: countIndexed ? ['count'] : [],
})

const ORDER_SCHEMA: RxJsonSchema<Omit<Order, 'id'> & { id: string }> = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: LONGEST_SKU },
    lines: {
      type: 'array',
      items: { type: 'object', properties: { item: { type: 'integer' }, count: { type: 'integer' } } },
    },
  },
  required: ['id', 'lines'],
}

export async function open({ name, countIndexed }: OpenOptions): Promise<Session> {
  const database = await createRxDatabase({
    name,
    storage: getRxStorageDexie({ chromeTransactionDurability: 'relaxed' }),
    multiInstance: false,
    eventReduce: true,
  })
  const { items, orders } = await database.addCollections({
    items: { schema: itemSchema(countIndexed) },
    orders: { schema: ORDER_SCHEMA },
  })
  return {
    async import(data: Data) {
      const { error } =
        data.kind === 'items'
          ? await items.bulkInsert([...data.items])
          : data.kind === 'orders'
            ? await orders.bulkInsert(data.orders.map(({ id, lines }) => ({ id: String(id), lines })))
            : { error: [] }
      if (error.length > 0) throw new Error(`RxDB refused ${error.length} documents`)
    },
    lookup: async (sku) => (await items.findOne(sku).exec())?.count,
    countBelow: async (count) => (await items.find({ selector: { count: { $lt: count } } }).exec()).length,
    async update(sku, count) {
      const item = await items.findOne(sku).exec(true)
      await item.incrementalPatch({ count })
    },
    live(limit, show) {
      const lowest = items.find({ selector: {}, sort: [{ count: 'asc' }], limit })
      const subscription = lowest.$.subscribe((found) => show(found.map(({ sku, count }) => ({ sku, count }))))
      return () => subscription.unsubscribe()
    },
    close: async () => void (await database.close()),
  }
}
