import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Connection, type LiveQuery, memory, open } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

/** The first input of every query that was run. */
const ran = vi.hoisted((): unknown[] => [])
/** Rows that were read. */
const read = vi.hoisted(() => ({ rows: 0 }))

vi.mock('../src/query/query.ts', async (original) => {
  const { query } = await original<typeof import('../src/query/query.ts')>()
  return {
    query: (...args: Parameters<typeof query>) => {
      ran.push(args[2][0])
      return query(...args)
    },
  }
})
vi.mock('../src/db/view.ts', async (original) => {
  const view = await original<typeof import('../src/db/view.ts')>()
  return {
    ...view,
    scan: (...args: Parameters<typeof view.scan>) => {
      const found = view.scan(...args)
      return {
        ...found,
        count: found.count,
        whereabouts: found.whereabouts,
        load: () => found.load(),
        batches: () => {
          const batches = found.batches()
          for (const { start, end } of batches) read.rows += end - start
          return batches
        },
      }
    },
  }
})

const open_: Connection[] = []
afterEach(async () => {
  for (const c of open_.splice(0)) await c.close()
})
const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long', index: true },
  'note/text': { type: 'string' },
} as const
async function shop(storage: LocalStorage = memory()): Promise<Connection> {
  const conn = await open('live', { storage, schema })
  open_.push(conn)
  return conn
}
const ready = async <T>(live: LiveQuery<T>): Promise<T> => {
  await vi.waitFor(() => expect(live.getSnapshot().status).toBe('ready'))
  return (live.getSnapshot() as { data: T }).data
}

type Outcome = 'committed' | 'lost'

/** A storage of which the next commit can be kept waiting, until it is said what becomes of it. */
function heldStorage(): { readonly storage: LocalStorage; hold(): (outcome: Outcome) => void } {
  let waiting: Promise<Outcome> | undefined
  const storage = wrapped(memory(), (store) =>
    instead(store, {
      commit: async (change) => {
        const outcome = await waiting
        waiting = undefined
        return outcome === 'lost' ? outcome : store.commit(change)
      },
    }),
  )
  const hold = () => {
    let release: (outcome: Outcome) => void = () => undefined
    waiting = new Promise((resolve) => {
      release = resolve
    })
    return release
  }
  return { storage, hold }
}

describe('a change', () => {
  it('runs only those again that read where it says something', async () => {
    const conn = await shop()
    const N = 100
    const text = 'x'
    await conn.transact(
      Array.from({ length: N }, (_, i) => ({ 'inv/sku': `S${i}`, 'inv/count': i, 'note/text': text })),
    )
    const one = '[:find ?n . :in $ ?s :where [?e :inv/sku ?s] [?e :inv/count ?n]]'
    const lives = Array.from({ length: N }, (_, i) => conn.live<number>(one, [`S${i}`]))
    const pulls = Array.from({ length: 10 }, (_, i) => conn.livePull(['inv/count'], ['inv/sku', `S${i}`]))
    const heard = lives.map((live) => {
      const f = vi.fn()
      live.subscribe(f)
      return f
    })
    for (const live of pulls) live.subscribe(() => undefined)
    for (const live of [...lives, ...pulls]) await ready<unknown>(live)
    ran.length = 0
    await conn.transact([{ 'inv/sku': 'S7', 'inv/count': 700 }])
    await vi.waitFor(() => expect(lives[7]?.getSnapshot()).toMatchObject({ data: 700 }))
    await vi.waitFor(() => expect(pulls[7]?.getSnapshot()).toMatchObject({ data: { 'inv/count': 700 } }))
    expect(ran).toEqual(['S7']) // one of a hundred that ask for these attributes
    expect(heard.filter((f) => f.mock.calls.length > 1)).toHaveLength(1)

    // what was not there when it was asked for
    const missing = conn.live<number | undefined>(one, ['new'])
    missing.subscribe(() => undefined)
    expect(await ready(missing)).toBeUndefined()
    await conn.transact([{ 'inv/sku': 'new', 'inv/count': 1 }])
    await vi.waitFor(() => expect(missing.getSnapshot()).toMatchObject({ data: 1 }))
    await conn.transact([[':db/retractEntity', ['inv/sku', 'new']]])
    await vi.waitFor(() => expect(missing.getSnapshot()).toMatchObject({ data: undefined }))
  })
  it('is answered while it is being stored, once, and told when it is there', async () => {
    const { storage, hold } = heldStorage()
    const conn = await shop(storage)
    await conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    const live = conn.live<number>('[:find ?n . :in $ ?s :where [?e :inv/sku ?s] [?e :inv/count ?n]]', ['S1'])
    const heard = vi.fn()
    live.subscribe(heard)
    await ready(live)
    ran.length = 0
    heard.mockClear()

    const release = hold()
    const written = conn.transact([{ 'inv/sku': 'S1', 'inv/count': 2 }])
    await vi.waitFor(() => expect(ran).toEqual(['S1']))
    expect(heard).not.toHaveBeenCalled()
    expect(live.getSnapshot()).toMatchObject({ data: 1 })
    expect(await conn.db().q('[:find ?n . :where [_ :inv/count ?n]]')).toBe(1)

    release('lost')
    await written // it was decided and stored again
    await vi.waitFor(() => expect(live.getSnapshot()).toMatchObject({ data: 2 }))
    expect(heard).toHaveBeenCalledTimes(1)
    ran.length = 0
    await conn.transact([{ 'inv/sku': 'S1', 'inv/count': 3 }])
    await vi.waitFor(() => expect(live.getSnapshot()).toMatchObject({ data: 3 }))
    expect(ran).toEqual(['S1'])
  })
})
