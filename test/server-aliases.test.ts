import { describe, expect, it } from 'vitest'
import { PENDING_BASE, TX_BASE } from '../src/datom/ids.ts'
import { createSyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import type { AliasRow, RemoteStorage } from '../src/storage/port.ts'
import { FIRST_PROVISIONAL } from '../src/sync/id-pool.ts'
import type { IntentEntry } from '../src/sync/protocol.ts'
import { type Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'
import { insteadRemote } from './support/wrapped-storage.ts'

/** A storage, the aliases that were read of it, and the ids that it was asked about. */
function counted() {
  const read: AliasRow[] = []
  const asked: number[] = []
  const storage = memoryRemote()
  const open: RemoteStorage['open'] = async (name) => {
    const store = await storage.open(name)
    const aliases: typeof store.aliases = async (replicas, ids = []) => {
      const rows = await store.aliases(replicas, ids)
      read.push(...rows)
      asked.push(...ids)
      return rows
    }
    return insteadRemote(store, { aliases })
  }
  return { storage: { open, close: () => storage.close() }, read, asked }
}

async function manyAliases() {
  const { storage, read, asked } = counted()
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
  asked.length = 0
  return { s, read, asked }
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

it('what an id became is known also where the storage has lost the lease that it was given by', async () => {
  const s = await speaker(createSyncHandler({ storage: memoryRemote(), rate: false }))
  const given = 5010
  const leasedTo = 5064
  const schema = s.entry(SCHEMA)
  await s.push([schema, s.entry([{ 'db/id': 'n', 'inv/sku': 'S1' }], [['n', given]])], { leasedTo })
  const { rows } = await s.pull()
  s.prev = rows.at(-1)?.txid as string
  expect(statuses(await s.push([s.entry([[':db/add', given, 'inv/count', 1]])], { leasedTo }))).toEqual(['confirmed'])
})

it.each([
  ['a count', [{ 'inv/sku': 'S9', 'inv/count': 42 }]],
  ['one that nobody has been given', [{ 'inv/sku': 'S9', 'inv/count': 2 ** 27 }]],
  ['digits of a uuid', [{ 'inv/sku': '00001005-1006-4007-8008-000000001009' }]],
  ['digits of a name', [{ 'inv/sku': 'S1005 and 1006b' }]],
])('nothing is read for what can be no id: %s', async (_, forms) => {
  const { s, read, asked } = await manyAliases()
  expect(statuses(await s.push([s.entry(forms)]))).toEqual(['confirmed'])
  expect([read, asked]).toEqual([[], []])
})

describe('what a replica says twice of one id', () => {
  const voided = (s: Speaker, became: readonly (readonly [number, number])[]) => {
    const { txid, seq } = s.entry([])
    return { txid, seq, void: true, became }
  }
  /** Pushes the entries that `make` makes, each by itself, while another replica pushes as well. */
  async function pushed(make: (s: Speaker) => readonly object[]) {
    const handler = createSyncHandler({ storage: memoryRemote(), rate: false })
    const [s, other] = [await speaker(handler), await speaker(handler)]
    const schema = s.entry(SCHEMA)
    await s.push([schema])
    s.prev = schema.txid
    const said: unknown[] = []
    for (const entry of make(s)) {
      const [own, others] = await Promise.all([s.push([entry]), other.push([])])
      said.push([...(statuses(own) as string[]), others.kind])
      s.prev = (entry as IntentEntry).txid
    }
    return said
  }
  const WITHDRAWN = ['withdrawn', 'answers']

  it('in one withdrawal counts once', async () => {
    const twice = [
      [5_000_000, 1000],
      [5_000_000, 1000],
    ] as const
    expect(await pushed((s) => [voided(s, twice)])).toEqual([WITHDRAWN])
  })

  it.each([0, TX_BASE + 5, PENDING_BASE + 7])('in two withdrawals counts once, whatever the id: %s', async (id) => {
    const entries = (s: Speaker) => [voided(s, [[id, 1000]]), voided(s, [[id, 1000]])]
    expect(await pushed(entries)).toEqual([WITHDRAWN, WITHDRAWN])
  })

  it('as a proposal counts once, whatever the id', async () => {
    const make = (s: Speaker, sku: string) => s.entry([{ 'db/id': 'x', 'inv/sku': sku }], [['x', 0]])
    const confirmed = ['confirmed', 'answers']
    expect(await pushed((s) => [make(s, 'one'), make(s, 'two')])).toEqual([confirmed, confirmed])
  })

  it('may be said of very many', async () => {
    const entry = (s: Speaker) =>
      voided(
        s,
        Array.from({ length: 130_000 }, (_, i) => [5_000_000 + i, 1000] as const),
      )
    const handler = createSyncHandler({ storage: memoryRemote(), rate: false, limits: { body: 2 ** 24 } })
    const s = await speaker(handler)
    const schema = s.entry(SCHEMA)
    await s.push([schema])
    s.prev = schema.txid
    expect(statuses(await s.push([entry(s)]))).toEqual(['withdrawn'])
  })
})
