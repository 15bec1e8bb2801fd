import { expect, it } from 'vitest'
import { createSyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import type { AliasRow, RemoteStorage } from '../src/storage/port.ts'
import { FIRST_PROVISIONAL } from '../src/sync/id-pool.ts'
import { speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'
import { insteadRemote } from './support/wrapped-storage.ts'

/** A storage, and the aliases that were read of it. */
function counted() {
  const read: AliasRow[] = []
  const storage = memoryRemote()
  const open: RemoteStorage['open'] = async (name) => {
    const store = await storage.open(name)
    const aliases: typeof store.aliases = async (...asked) => {
      const rows = await store.aliases(...asked)
      read.push(...rows)
      return rows
    }
    return insteadRemote(store, { aliases })
  }
  return { storage: { open, close: () => storage.close() }, read }
}

async function manyAliases() {
  const { storage, read } = counted()
  const s = await speaker(createSyncHandler({ storage, rate: false }))
  const named = Array.from({ length: 200 }, (_, i) => [`n${i}`, FIRST_PROVISIONAL + i] as const)
  const entries = [
    s.entry(SCHEMA),
    s.entry(
      named.map(([name], i) => ({ 'db/id': name, 'inv/sku': `S${i}` })),
      named,
    ),
  ]
  expect(statuses(await s.push(entries))).toEqual(['confirmed', 'confirmed'])
  s.prev = entries[1]?.txid as string
  read.length = 0
  return { s, read }
}

const id = FIRST_PROVISIONAL + 7

it.each([
  ['an id', [[':db/add', id, 'inv/count', 1]]],
  ['an id within a map', [{ 'db/id': id, 'inv/count': 2 }]],
  ['a query as text', [[':db/require', `[:find ?s . :where [${id} :inv/sku ?s]]`]]],
])('of all that the ids of a replica became only those are read that a push names: %s', async (_, forms) => {
  const { s, read } = await manyAliases()
  expect(statuses(await s.push([s.entry(forms)]))).toEqual(['confirmed'])
  expect(read.map((row) => row.id)).toEqual([id])
})
