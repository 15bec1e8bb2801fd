// The floor for storage: everything as one IndexedDB record of packed columns, one small record for every change.
import type { Data } from '../data/data.ts'
import { COLORS, type Item, type Order, SIZES, TYPES } from '../data/inventory.ts'
import { completed, openIdb, result, writing } from './indexed-db.ts'
import type { Adapter, OpenOptions, Session, StockRow } from './system.ts'

interface Stock {
  readonly skus: readonly string[]
  readonly counts: Int32Array
  readonly places: ReadonlyMap<string, number>
}

export const limitStorage = (durability: IDBTransactionDurability): Adapter => ({
  open: ({ name }) => open(name, durability),
})

async function open(name: OpenOptions['name'], durability: IDBTransactionDurability): Promise<Session> {
  const database = await openIdb(name, (created) => {
    created.createObjectStore('bulk')
    created.createObjectStore('log', { autoIncrement: true })
  })
  let stock = await readStock(database)
  const listeners = new Set<() => void>()

  const put = async (store: string, bytes: Uint8Array, key?: string): Promise<void> => {
    const tx = writing(database, store, durability)
    tx.objectStore(store).put(bytes, key)
    await completed(tx)
  }
  return {
    async import(data: Data) {
      if (data.kind === 'orders') return put('bulk', packOrders(data.orders), 'orders')
      if (data.kind !== 'items') throw new RangeError(`no ${data.kind} here`)
      const bytes = packItems(data.items)
      await put('bulk', bytes, 'items')
      stock = unpackItems(bytes)
    },
    lookup: (sku) => stock.counts[stock.places.get(sku) ?? -1],
    countBelow: (count) => stock.counts.reduce((sum, n) => sum + Number(n < count), 0),
    async update(sku, count) {
      const place = stock.places.get(sku) ?? 0
      await put('log', new Uint8Array(Int32Array.of(place, count).buffer))
      stock.counts[place] = count
      for (const listener of listeners) listener()
    },
    live(limit, show) {
      const answer = () => show(lowest(stock, limit))
      answer()
      listeners.add(answer)
      return () => listeners.delete(answer)
    },
    close: () => database.close(),
  }
}

/** The lowest counts, by a scan that keeps the best so far. */
function lowest({ skus, counts }: Stock, limit: number): StockRow[] {
  const best: number[] = []
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number
    if (best.length === limit && count >= (counts[best[limit - 1] as number] as number)) continue
    let at = best.length
    while (at > 0 && (counts[best[at - 1] as number] as number) > count) at--
    best.splice(at, 0, i)
    if (best.length > limit) best.pop()
  }
  return best.map((i) => ({ sku: skus[i] as string, count: counts[i] as number }))
}

async function readStock(database: IDBDatabase): Promise<Stock> {
  const tx = database.transaction(['bulk', 'log'])
  const [items, , log] = await Promise.all([
    result<Uint8Array | undefined>(tx.objectStore('bulk').get('items')),
    result<Uint8Array | undefined>(tx.objectStore('bulk').get('orders')),
    result<Uint8Array[]>(tx.objectStore('log').getAll()),
  ])
  const stock = items ? unpackItems(items) : { skus: [], counts: new Int32Array(0), places: new Map() }
  for (const bytes of log) {
    const [place = 0, count = 0] = new Int32Array(bytes.slice().buffer)
    stock.counts[place] = count
  }
  return stock
}

// items := n u32 | count i32[n] | color u8[n] | size u8[n] | type u8[n] | skus as one text, a line each
function packItems(items: readonly Item[]): Uint8Array {
  const texts = new TextEncoder().encode(items.map(({ sku }) => sku).join('\n'))
  const n = items.length
  const bytes = new Uint8Array(4 + 7 * n + texts.length)
  const words = new Int32Array(bytes.buffer, 0, 1 + n)
  words[0] = n
  for (const [i, { color, size, type, count }] of items.entries()) {
    words[1 + i] = count
    bytes[4 + 4 * n + i] = COLORS.indexOf(color as (typeof COLORS)[number])
    bytes[4 + 5 * n + i] = SIZES.indexOf(size as (typeof SIZES)[number])
    bytes[4 + 6 * n + i] = TYPES.indexOf(type as (typeof TYPES)[number])
  }
  bytes.set(texts, 4 + 7 * n)
  return bytes
}

function unpackItems(bytes: Uint8Array): Stock {
  const copy = bytes.slice()
  const n = new Int32Array(copy.buffer, 0, 1)[0] ?? 0
  const skus = n === 0 ? [] : new TextDecoder().decode(copy.subarray(4 + 7 * n)).split('\n')
  return { skus, counts: new Int32Array(copy.buffer, 4, n), places: new Map(skus.map((sku, i) => [sku, i])) }
}

// orders := for each its number of lines, then item and count of each line, i32 throughout
function packOrders(orders: readonly Order[]): Uint8Array {
  const words = orders.flatMap(({ lines }) => [lines.length, ...lines.flatMap(({ item, count }) => [item, count])])
  return new Uint8Array(Int32Array.from(words).buffer)
}
