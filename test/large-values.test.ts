import { afterEach, describe, expect, it } from 'vitest'
import type { Connection } from '../src/api/connection.ts'
import type { Db } from '../src/api/db.ts'
import type { IndexingOptions } from '../src/engine/indexer.ts'
import { memory, open } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { seedsOf } from './support/seeds.ts'
import { seededRandom } from './support/simulation/random.ts'
import { withoutRoot } from './support/without-root.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

/** Everything is merged at once, and nothing kept in memory. */
const EAGER: IndexingOptions = { novelty: 1, cacheBytes: 0 }
/** Everything that is not in segments yet stays in memory. */
const NONE: IndexingOptions = { novelty: Number.POSITIVE_INFINITY, cacheBytes: 0 }
const schema = {
  'note/id': { type: 'long', unique: 'identity' },
  'note/title': { type: 'string' },
  'note/body': { type: 'string', index: true },
  'note/photo': { type: 'bytes' },
  'note/stars': { type: 'long' },
} as const

const random = seededRandom(3)
const below = (n: number): number => Math.floor(random() * n)
/** A text that packs to some three quarters of its length. */
const noise = (n: number): string => {
  const words = Array.from({ length: 512 }, () =>
    below(2 ** 30)
      .toString(36)
      .padStart(8, '0'),
  )
  return Array.from({ length: Math.ceil(n / 8) }, () => words[below(512)])
    .join('')
    .slice(0, n)
}
const note = (i: number) => ({ 'note/id': i, 'note/title': `note ${i}`, 'note/stars': i % 5 })

/** What is written to a storage, and read of it, in bytes: each segment by its own. */
class Counted {
  readonly storage = memory()
  written: number[] = []
  read: number[] = []
  readonly place: LocalStorage = wrapped(this.storage, (store) =>
    instead(store, {
      commitIndex: (epoch, change) => {
        for (const bytes of change.write?.values() ?? []) this.written.push(bytes.length)
        return store.commitIndex(epoch, change)
      },
      readSegments: async (ids) => {
        const found = await store.readSegments(ids)
        this.read.push(...found.map((bytes) => bytes?.length ?? 0))
        return found
      },
    }),
  )

  /** The sizes of segments that are read for what is asked. */
  async readBy(ask: () => Promise<unknown>): Promise<number[]> {
    this.read = []
    await ask()
    return this.read
  }
}
const large = (sizes: readonly number[]): number[] => sizes.filter((n) => n > 60 * 1024)

let conns: Connection[] = []
const opened = async (storage: LocalStorage, indexing: IndexingOptions): Promise<Connection> => {
  const conn = await open('notes', { storage, schema, indexing })
  conns.push(conn)
  return conn
}
afterEach(async () => {
  await Promise.all(conns.map((conn) => conn.close()))
  conns = []
})

describe('a large value', () => {
  const body = noise(300_000)
  const photo = Uint8Array.from({ length: 100_000 }, () => below(256))

  /** Ten notes; the one in the middle has a long text and a photo. */
  async function shelf(): Promise<Counted> {
    const counted = new Counted()
    const conn = await opened(counted.place, EAGER)
    await conn.transact(Array.from({ length: 10 }, (_, i) => note(i)))
    await conn.transact([{ 'note/id': 5, 'note/body': body, 'note/photo': photo }])
    await indexedTo(counted.storage, 'notes', conn.db().basisT)
    await conn.close()
    return counted
  }

  it('is stored once, though three indexes have it', async () => {
    const counted = await shelf()
    const [text, bytes] = large(counted.written).sort((x, y) => y - x) as [number, number]
    expect(large(counted.written)).toHaveLength(2)
    expect(text).toBeLessThan(body.length)
    expect(bytes).toBeLessThan(1.1 * photo.length)
    const store = await counted.storage.open('notes')
    expect((await store.readRoot())?.body.length).toBeLessThan(8 * 1024)
    await store.close()
  })

  it('is not read by who writes something else about its entity, named by its id', async () => {
    const counted = await shelf()
    const conn = await opened(counted.place, NONE)
    const five = (await conn.db().entid(['note/id', 5])) as number
    expect(large(await counted.readBy(() => conn.transact([[':db/add', five, 'note/stars', 4]])))).toEqual([])
    expect(large(await counted.readBy(() => conn.transact([{ 'db/id': five, 'note/stars': 3 }])))).toEqual([])
    await expect(conn.transact([[':db/add', five + 1000, 'note/stars', 4]])).rejects.toMatchObject({
      code: 'tx/unknown-entity',
    })
  })

  it('is not read when what stands beside it is merged', async () => {
    const counted = await shelf()
    const conn = await opened(counted.place, EAGER)
    const read = await counted.readBy(async () => {
      await conn.transact([4, 5, 6].map((i) => [':db/add', ['note/id', i], 'note/title', `another ${i}`]))
      await indexedTo(counted.storage, 'notes', conn.db().basisT)
    })
    expect(large(read)).toEqual([])
    const bodies = await conn.db().q('[:find [?b ...] :where [_ :note/body ?b]]')
    expect(bodies).toEqual([body])
  })

  it('is read by whoever asks for it, and by nobody else', async () => {
    const counted = await shelf()
    const db = (await opened(counted.place, NONE)).db()
    const asks: Record<string, () => Promise<unknown>> = {
      'an attribute of its entity': () => db.pull(['note/title'], ['note/id', 5]),
      'the entity before': () => db.pull(['*'], ['note/id', 4]),
      'the entity after': () => db.pull(['*'], ['note/id', 6]),
      'other attributes of all': () => db.q('[:find ?t ?s :where [?e :note/title ?t] [?e :note/stars ?s]]'),
      'entities by another value': () => db.q('[:find ?t . :in $ ?i :where [?e :note/id ?i] [?e :note/title ?t]]', [5]),
      'an attribute as of then': () => db.asOf(2).pull(['note/stars'], ['note/id', 5]),
      'whether a fact of its entity changed': () => db.history().datoms('eavt', ['note/id', 5], 'note/stars'),
    }
    for (const [name, ask] of Object.entries(asks)) expect(large(await counted.readBy(ask)), name).toEqual([])
    const [it] = (await db.pullMany(['note/body', 'note/photo'], [['note/id', 5]])) as [Record<string, unknown>]
    expect([it['note/body'] === body, it['note/photo']]).toEqual([true, photo])
    const byValue = () => db.q('[:find ?i . :in $ ?b :where [?e :note/body ?b] [?e :note/id ?i]]', [body])
    expect(await byValue()).toBe(5)
    expect(large(await counted.readBy(byValue))).toHaveLength(1)
  })

  it('is not written again when its neighbours change', async () => {
    const counted = await shelf()
    const conn = await opened(counted.place, EAGER)
    counted.written = []
    for (let i = 0; i < 10; i++) {
      await conn.transact([
        { 'note/id': 5, 'note/stars': 100 + i },
        { 'note/id': 4, 'note/title': `${i}` },
        note(20 + i),
      ])
      await indexedTo(counted.storage, 'notes', conn.db().basisT)
    }
    await conn.transact([{ 'note/id': 5, 'note/body': noise(10) }])
    await indexedTo(counted.storage, 'notes', conn.db().basisT)
    // it is of the past now, and that says when it ended
    expect(large(counted.written)).toHaveLength(1)
    expect(await conn.db().pull(['note/stars', 'note/photo'], ['note/id', 5])).toEqual({
      'note/stars': 109,
      'note/photo': photo,
    })
    const then = await conn.db().asOf(3).q('[:find ?b . :where [?e :note/id 5] [?e :note/body ?b]]')
    expect(then === body).toBe(true)
  })

  it('goes from all segments when it is excised', async () => {
    const counted = await shelf()
    const conn = await opened(counted.place, EAGER)
    const { t } = await conn.excise(['note/id', 5])
    await indexedTo(counted.storage, 'notes', t)
    const store = await counted.storage.open('notes')
    await expect
      .poll(async () => large((await store.readSegments(await store.segmentIds())).map((bytes) => bytes?.length ?? 0)))
      .toEqual([])
    await store.close()
  })
})

it('eight million characters are written, merged, read and forgotten', async () => {
  const counted = new Counted()
  const conn = await opened(counted.place, EAGER)
  await conn.transact([note(1), note(2), note(3)])
  const text = noise(1000).repeat(8000)
  await conn.transact([{ 'note/id': 2, 'note/title': text }])
  await indexedTo(counted.storage, 'notes', conn.db().basisT)
  expect(large(counted.written)).toHaveLength(1)
  const db = (await opened(counted.place, NONE)).db()
  expect(large(await counted.readBy(() => db.pull(['note/stars'], ['note/id', 2])))).toEqual([])
  const found = await db.q<string>('[:find ?t . :where [?e :note/id 2] [?e :note/title ?t]]')
  expect(found === text).toBe(true)
}, 120_000)

describe('many large values', () => {
  /** All that a database says, now, ever and in the middle; a long text by its ends. */
  const tell = async (db: Db): Promise<string[]> => {
    const out: string[] = []
    for (const view of [db, db.history(), db.asOf(Math.floor(db.basisT / 2))]) {
      for (const at of [['eavt'], ['aevt'], ['avet', 'note/body']] as const) {
        const [index, ...rest] = at
        for (const { e, a, v, tx, added } of await view.datoms(index, ...rest)) {
          const text = String(v)
          out.push([index, e, a, text.length, text.slice(0, 9), text.slice(-9), tx, added].join(' '))
        }
      }
    }
    return out
  }

  it.each(seedsOf(4))('come and go as in memory, whatever lies beside them (seed %i)', async (seed) => {
    const random = seededRandom(seed)
    const below = (n: number): number => Math.floor(random() * n)
    const texts = ['', 'a', 'b'].flatMap((start) =>
      [10, 16_383, 16_384, 20_000, 70_000].map((n) => start + noise(1000).repeat(70).slice(0, n)),
    )
    // some begin alike for long
    texts.push(...[1, 2, 3].map((n) => `${texts[4]}${n}`))
    const storage = memory()
    const conn = await opened(storage, { novelty: 4, segmentRows: 5, cacheBytes: 0 })
    for (let i = 0; i < 25; i++) {
      const forms = Array.from({ length: 1 + below(3) }, () => {
        const body = texts[below(texts.length)] as string
        const id = below(6)
        if (below(4) === 0) return { ...note(id), 'note/title': `${i}` }
        return { 'note/id': id, [below(3) === 0 ? 'note/title' : 'note/body']: body }
      })
      const ids = new Set(forms.map((form) => form['note/id']))
      if (ids.size < forms.length) continue
      await conn.transact(forms)
      if (below(3) === 0) await indexedTo(storage, 'notes', conn.db().basisT - 1)
    }
    await indexedTo(storage, 'notes', conn.db().basisT - 4)
    const plain = await opened(withoutRoot(storage), NONE)
    const again = await opened(storage, NONE)
    const wanted = await tell(plain.db())
    expect(wanted.length).toBeGreaterThan(100)
    expect(await tell(conn.db())).toEqual(wanted)
    expect(await tell(again.db())).toEqual(wanted)
    for (const text of texts) {
      const ids = '[:find [?e ...] :in $ ?b :where [?e :note/body ?b]]'
      expect(await again.db().q(ids, [text])).toEqual(await plain.db().q(ids, [text]))
    }
  })
})
