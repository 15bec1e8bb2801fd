import type { RemoteStorage } from '../../src/storage/port.ts'
import { SCHEMA } from '../../test/support/sync-world.ts'
import { Loopback, quiet } from './loopback.ts'

export interface FirstSync {
  readonly items: number
  /** Milliseconds until a new replica answers a lookup of an item, and until it has all of them. */
  readonly firstQueryMs: number
  readonly fullMs: number
}

const ITEMS_A_TRANSACTION = 500

/** A new replica of a database of so many items. */
export async function firstSync(storage: RemoteStorage, items: number): Promise<FirstSync> {
  const server = await Loopback.start(storage)
  const writer = await server.replica()
  await writer.conn.transact(SCHEMA)
  for (let made = 0; made < items; made += ITEMS_A_TRANSACTION) {
    const some = Array.from({ length: ITEMS_A_TRANSACTION }, (_, i) => made + i)
    await writer.conn.transact(some.map((i) => ({ 'inv/sku': `S${i}`, 'inv/count': i % 1000 })))
    if (made % (20 * ITEMS_A_TRANSACTION) === 0) await quiet(writer.conn)
  }
  await quiet(writer.conn)
  const { basisT } = writer.conn.db()
  await writer.conn.close()

  const started = performance.now()
  const { conn } = await server.replica()
  await conn.syncTo(2)
  const found = await conn.db().pull(['inv/count'], ['inv/sku', 'S7'])
  if (found?.['inv/count'] !== 7) throw new Error(`found ${JSON.stringify(found)}`)
  const firstQueryMs = performance.now() - started
  const db = await conn.syncTo(basisT)
  const fullMs = performance.now() - started
  const count = await db.q('[:find (count ?e) . :where [?e :inv/sku]]')
  if (count !== items) throw new Error(`${String(count)} items came, not ${items}`)
  await conn.close()
  await server.close()
  return { items, firstQueryMs, fullMs }
}
