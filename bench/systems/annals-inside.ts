import { open as openEngine } from 'annals/engine'
import { DurableStores } from '../../src/client/serve/durable-stores.ts'
import { indexedDB } from '../../src/storage/indexeddb/indexeddb.ts'
import { schema } from './annals-schema.ts'
import { annalsSession } from './annals-session.ts'
import { untilStored } from './annals-stored.ts'
import type { OpenOptions, Session } from './system.ts'

/** annals where the others stand, in the worker that calls it: the same as from the page, without the message each way. */
export async function open({ name, countIndexed }: OpenOptions): Promise<Session> {
  const isOwn = (): boolean => true
  const storage = new DurableStores().over(indexedDB(), { durability: 'relaxed', isOwn })
  const conn = await openEngine(name, { storage, schema: schema(countIndexed) })
  return { ...annalsSession(conn), settle: () => untilStored(name) }
}
