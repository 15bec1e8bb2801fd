import { describe, expect, it } from 'vitest'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { join, leave } from './support/join.ts'
import { agreed, type Client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const PENDING = Number(process.env.ANNALS_PENDING ?? 1500)
const BATCH = 100
/** Of transactions that are worked on without a pause. */
const SLICE = 200

/** A replica with so much pending, closed. */
async function offline(server: TestServer): Promise<LocalStorage> {
  const storage = memory()
  const first = await join(server, { storage })
  await first.conn.transact(SCHEMA)
  await quiet(first)
  first.conn.sync.setOnline(false)
  for (let made = 0; made < PENDING; made += 500) {
    const some = Array.from({ length: Math.min(500, PENDING - made) }, (_, i) => ({
      'inv/sku': `S${made + i}`,
      'inv/count': i,
    }))
    await Promise.all(some.map((item) => first.conn.transact([item])))
  }
  await leave()
  return storage
}

/** Milliseconds without any change of the status: it will never change. */
const STILL = 60_000

/** Resolves when nothing is pending, however long that takes; rejects when it does not go on, saying how it is. */
const drained = ({ conn: { sync }, replica }: Client): Promise<void> =>
  new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const giveUp = (): void => {
      stop()
      const machine: unknown = Reflect.get(Reflect.get(replica.sync, 'driver'), 'state')
      reject(new Error(`still ${JSON.stringify({ now: Date.now(), status: sync.getSnapshot(), machine })}`))
    }
    const look = (): void => {
      clearTimeout(timer)
      const { pending, t, remoteT } = sync.getSnapshot()
      if (pending > 0 || t !== remoteT) {
        timer = setTimeout(giveUp, STILL)
        return
      }
      stop()
      resolve()
    }
    const stop = sync.subscribe(look)
    look()
  })

/** A storage that counts the writes of its stores. */
function counted(storage: LocalStorage) {
  const at = { writes: 0 }
  const counting = wrapped(storage, (store) =>
    instead(store, {
      commit: (change) => {
        at.writes++
        return store.commit(change)
      },
    }),
  )
  return { at, storage: counting }
}

/** The most that `ledger` did between two turns of the event loop, while `work` went on. */
async function longestSlice({ replica: { ledger } }: Client, work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = ledger.pieces
  let ended = false
  const look = (): void => {
    longest = Math.max(longest, ledger.pieces - before)
    before = ledger.pieces
    if (!ended) setImmediate(look)
  }
  look()
  await work().finally(() => {
    ended = true
  })
  return longest
}

describe(`a queue of ${PENDING}`, () => {
  it('is opened in slices, each of its transactions read and applied once, and drained in few requests', async () => {
    const server = new TestServer(undefined, { rate: false })
    const { at, storage } = counted(await offline(server))
    server.up = false
    const a = await join(server, { storage })
    const { ledger } = a.replica
    expect(ledger.state.entries.length).toBe(PENDING)
    expect([ledger.pieces, ledger.reruns]).toEqual([2 * PENDING, 0])

    server.up = true
    server.asked.length = 0
    const [opened, writes] = [ledger.pieces, at.writes]
    const longest = await longestSlice(a, async () => {
      a.replica.sync.wake()
      await drained(a)
    })
    const asked = (what: string): number => server.asked.filter((path) => path === what).length
    const pulls = asked('pull')
    expect(asked('push')).toBeLessThanOrEqual(PENDING / BATCH + 1)
    // one for each time that the queue has shrunk by an eighth, until eight pushes are left
    const shrinks = Math.ceil(Math.log(PENDING / (8 * BATCH)) / -Math.log(7 / 8))
    expect(pulls).toBeLessThanOrEqual(2 * (shrinks + 8 + Math.ceil(PENDING / 1000)))
    expect(ledger.pieces - opened).toBeLessThanOrEqual(16 * PENDING)
    expect(ledger.reruns).toBe(0)
    expect(at.writes - writes).toBeLessThanOrEqual(2 * (PENDING / BATCH) + pulls + 10)
    // a turn of Node's may hold a few slices; all in one would be the whole queue
    expect(longest).toBeLessThanOrEqual(5 * SLICE)
    expect(await a.conn.db().q('[:find (count ?e) . :where [?e :inv/sku]]')).toBe(PENDING)
  }, 600_000)

  it('lets own writes in while it is decided anew, and decides nothing twice for them', async () => {
    const server = new TestServer(undefined, { rate: false })
    const storage = await offline(server)
    const b = await join(server)
    await drained(b)
    // the schema concerns everybody
    await b.conn.transact([{ 'db/ident': ':inv/count', 'db/index': true }])
    await drained(b)
    server.up = false
    const a = await join(server, { storage })
    const { ledger } = a.replica
    server.up = true
    a.replica.sync.wake()
    while (ledger.reruns === 0) await new Promise((resolve) => setImmediate(resolve))
    const { status } = await a.conn.transact([{ 'inv/sku': 'between', 'inv/count': 1 }])
    expect([status, ledger.reruns < PENDING]).toEqual(['pending', true])
    await drained(a)
    // the one between is decided on the news as well
    expect(ledger.reruns).toBe(PENDING + 1)
    await drained(b)
    await agreed(a, b)
    expect(await b.conn.db().q('[:find ?n . :where [?e :inv/sku "between"] [?e :inv/count ?n]]')).toBe(1)
  }, 600_000)

  it('answers reads and takes writes while it drains, and loses none of either', async () => {
    const server = new TestServer(undefined, { rate: false })
    const a = await join(server, { storage: await offline(server) })
    const made: Promise<unknown>[] = []
    let looks = 0
    while (a.conn.sync.getSnapshot().pending > 0) {
      expect(await a.conn.db().q('[:find (count ?e) . :where [?e :inv/sku]]')).toBeGreaterThanOrEqual(PENDING)
      if (looks++ < 20) made.push(a.conn.transact([{ 'inv/sku': `late-${looks}` }]).then(({ settled }) => settled))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(await Promise.all(made)).toEqual(made.map(() => expect.objectContaining({ status: 'confirmed' })))
    const b = await join(server)
    await drained(b)
    await agreed(a, b)
    expect(await b.conn.db().q('[:find (count ?e) . :where [?e :inv/sku]]')).toBe(PENDING + made.length)
  }, 600_000)
})
