import { decode, encode } from 'cborg'
import { expect, it } from 'vitest'
import { crc32 } from '../src/base/crc32.ts'
import { decodeRoot } from '../src/db/root.ts'
import { SegmentCache } from '../src/db/segment-cache.ts'
import { memory, open } from '../src/engine.ts'
import { indexedTo } from './support/indexed.ts'
import { EAGER } from './support/indexing.ts'
import { play, shopSchema } from './support/shop-history.ts'
import { seededRandom } from './support/simulation/random.ts'

const source = new SegmentCache(async () => [], 0)

async function someRoot(): Promise<Uint8Array> {
  const storage = memory()
  const conn = await open('shop', { storage, schema: shopSchema, indexing: EAGER })
  await play([conn], 20, seededRandom(3))
  await indexedTo(storage, 'shop', conn.db().basisT - 8)
  await conn.close()
  const root = await (await storage.open('shop')).readRoot()
  return root?.body as Uint8Array
}

it('a root of which any bit has changed is found out', async () => {
  const bytes = await someRoot()
  expect(decodeRoot(bytes, source)?.db.basisT).toBeGreaterThan(0)
  const flipped = bytes.slice()
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const at = bit >> 3
    flipped[at] = (bytes[at] as number) ^ (1 << (bit & 7))
    expect(() => decodeRoot(flipped, source), `bit ${bit}`).toThrow(/root of the indexes/)
    flipped[at] = bytes[at] as number
  }
})

it('a root of a later format is refused by that name, and one without a checksum is read', async () => {
  const bytes = await someRoot()
  const [format, , body] = decode(bytes) as [number, number, Uint8Array]
  const later = encode([format + 1, crc32(body), body])
  expect(() => decodeRoot(later, source)).toThrow(expect.objectContaining({ code: 'storage/newer-format' }))
  const earlier = encode({ f: 2, ...(decode(body) as object) })
  expect(decodeRoot(earlier, source)).toMatchObject({ hash: decodeRoot(bytes, source)?.hash })
  expect(() => decodeRoot(encode({ f: 7 }), source)).toThrow(expect.objectContaining({ code: 'storage/corrupt' }))
})

it('a database whose root is of a later format is refused, and left as it is', async () => {
  const storage = memory()
  const conn = await open('shop', { storage, schema: shopSchema, indexing: EAGER })
  await play([conn], 20, seededRandom(3))
  await indexedTo(storage, 'shop', conn.db().basisT - 8)
  await conn.close()
  const store = await storage.open('shop')
  const { head, root } = await store.beginIndexing()
  const [format, , body] = decode(root?.body as Uint8Array) as [number, number, Uint8Array]
  const later = { t: root?.t as number, body: encode([format + 1, crc32(body), body]) }
  await store.commitIndex(head.epoch, { root: later })
  const before = await store.segmentIds()
  await expect(open('shop', { storage, indexing: EAGER })).rejects.toMatchObject({ code: 'storage/newer-format' })
  expect(await store.readRoot()).toEqual(later)
  expect(await store.segmentIds()).toEqual(before)
  await store.close()
})
