import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { base64Bytes } from '../src/datom/base64.ts'
import { decodeRoot } from '../src/db/root.ts'
import { SegmentCache } from '../src/db/segment-cache.ts'
import { memory, open } from '../src/engine.ts'
import type { LocalStorage, LocalStore } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { tell } from './support/shop-history.ts'

/** A store as an earlier version left it, whose segments hold the past by key: never changed. */
const FILE = new URL('fixtures/roots/format-1.json', import.meta.url)

interface Fixture {
  readonly meta: readonly (readonly [string, unknown])[]
  readonly log: readonly { readonly t: number; readonly txid: string; readonly hash: string; readonly body: string }[]
  readonly root: { readonly t: number; readonly body: string }
  readonly segments: readonly { readonly id: number; readonly bytes: string }[]
}
const bytesOf = (text: string): Uint8Array => base64Bytes(text) as Uint8Array

/** Puts the fixture's log into a store; its root and segments too where asked. */
async function restored(isIndexed: boolean): Promise<LocalStorage & { readonly store: LocalStore }> {
  const { meta, log, root, segments } = JSON.parse(readFileSync(FILE, 'utf8')) as Fixture
  const storage = memory()
  const store = await storage.open('old')
  const rows = log.map((row) => ({ ...row, body: bytesOf(row.body) }))
  await store.commit({ expect: { t: 0 }, log: rows, meta: new Map(meta) })
  if (isIndexed) {
    const { head } = await store.beginIndexing()
    const write = new Map(segments.map(({ id, bytes }) => [id, bytesOf(bytes)]))
    await store.commitIndex(head.epoch, { write, root: { t: root.t, body: bytesOf(root.body) } })
  }
  return { ...storage, store }
}

it('a root whose past lies by key is not read, and the indexes are made anew from the log', async () => {
  const plain = await open('old', { storage: await restored(false), indexing: { novelty: Number.POSITIVE_INFINITY } })
  const wanted = await tell(plain)
  await plain.close()

  const storage = await restored(true)
  const { store } = storage
  const before = await store.segmentIds()
  expect(before.length).toBeGreaterThan(10)
  const conn = await open('old', { storage })
  expect(await tell(conn)).toEqual(wanted)
  expect(conn.health.getSnapshot()).toEqual([])
  expect((await conn.stats()).index).toMatchObject({ t: 0, segments: 0 })
  await conn.transact([{ 'p/name': 'n0', 'p/age': 99 }])
  await expect.poll(async () => (await store.segmentIds()).some((id) => before.includes(id))).toBe(false)
  const root = await store.readRoot()
  const cache = new SegmentCache((ids) => store.readSegments(ids), 0)
  expect(decodeRoot(root?.body as Uint8Array, cache)).toBeDefined()
  await conn.close()

  await indexedTo(storage, 'old', 25)
  const again = await open('old', { storage })
  expect((await tell(again)).filter((line) => line.startsWith('as of'))).toEqual(
    wanted.filter((line) => line.startsWith('as of')),
  )
  await again.close()
})
