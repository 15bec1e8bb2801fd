import { expect, it } from 'vitest'
import type { Connection } from '../src/api/connection.ts'
import { decodeSegment } from '../src/db/segment/decode-segment.ts'
import { open } from '../src/engine.ts'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { EAGER, NEVER } from './support/indexing.ts'
import { mortal } from './support/mortal-storage.ts'
import { seedsOf } from './support/seeds.ts'
import { randomForms, shopSchema, tell } from './support/shop-history.ts'
import { seededRandom } from './support/simulation/random.ts'
import { withoutRoot } from './support/without-root.ts'

/** Segments of a few rows, each read anew. */
const SMALL = { ...EAGER, segmentRows: 5, cacheBytes: 0 }
/** Lies in a segment of its own. */
const LARGE = 'a secret '.repeat(2000)
it.each(seedsOf(2))(
  'a process that dies at any write of commits, merges, removals and excision (seed %i)',
  async (seed) => {
    for (let at = 0, isOver = false; !isOver; at++) {
      const storage = memory()
      const { life, place } = mortal(storage, at)
      const acked: string[] = []
      let isExcised = false
      const script = async (): Promise<void> => {
        const conn = await open('shop', { storage: place, schema: shopSchema, indexing: SMALL })
        const random = seededRandom(seed)
        const act = (forms: readonly unknown[]) =>
          conn.transact(forms).then(
            ({ id }) => acked.push(id),
            () => 0,
          )
        await act([{ 'p/name': 'n0', 'p/note': LARGE }])
        for (let i = 0; i < 6; i++) await act(randomForms(random))
        await act([{ 'p/name': 'n0', 'p/note': 'no secret' }])
        await conn.excise('p/note')
        isExcised = true
        for (let i = 0; i < 6; i++)
          await act(randomForms(random).filter((form) => !JSON.stringify(form).includes('note')))
        await conn.close()
      }
      await Promise.race([
        script().then(() => {
          isOver = !life.died
        }),
        life.death,
      ])

      // what the segments say is what the log says, and all that was acknowledged
      const again = await open('shop', { storage, schema: shopSchema, indexing: SMALL })
      const plain = await open('shop', { storage: withoutRoot(storage), indexing: NEVER })
      const wanted = await tell(plain)
      expect(await tell(again), `death at ${at}`).toEqual(wanted)
      for (const id of acked) expect(await again.db().entid(['tx/id', id]), `death at ${at}`).toBeDefined()
      await act(again)
      await indexedTo(storage, 'shop', again.db().basisT - 8)
      if (isExcised) expect(wanted.join(), `death at ${at}`).not.toContain('secret')
      await again.close()
      await plain.close()
      const reopened = await open('shop', { storage, indexing: NEVER })
      const told = await tell(reopened)
      await reopened.close()
      const fromLog = await open('shop', { storage: withoutRoot(storage), indexing: NEVER })
      expect(told, `after death at ${at}`).toEqual(await tell(fromLog))
      await fromLog.close()
      if (isExcised) expect(await stored(storage), `death at ${at}`).not.toContain('secret')
    }
  },
  120_000,
)

/** Some more, so that indexing goes on. */
async function act(conn: Connection): Promise<void> {
  for (let i = 0; i < 10; i++) await conn.transact([{ 'p/name': `later ${i}`, 'p/age': i }])
}

/** What all segments hold, those included that nothing names. */
async function stored(storage: LocalStorage): Promise<string> {
  const store = await storage.open('shop')
  const segments = await store.readSegments(await store.segmentIds())
  await store.close()
  return JSON.stringify(segments.map((bytes, i) => decodeSegment(bytes as Uint8Array, `${i}`).rows.v))
}
