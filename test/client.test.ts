import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { memory } from '../src/engine.ts'
import { type Connection, connect, defineSchema, destroy, isAnnalsError, type LiveQuery } from '../src/index.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { channelWorker, openIn } from './support/channel-worker.ts'

const schema = defineSchema({
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'inv/color': { type: 'ref', idents: [':red', ':blue'] },
})
const counts = '[:find ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'
const colors = '[:find ?sku ?c :where [?e :inv/sku ?sku] [?e :inv/color ?c]]'
const skus = { find: [['?sku', '...']], where: [['?e', 'inv/sku', '?sku']] }
const item = (sku: string, count: number): object => ({ 'inv/sku': sku, 'inv/count': count })

let worker = (): Worker => channelWorker(openIn())
const open: Connection[] = []
async function shop(name = 'shop'): Promise<Connection> {
  const conn = await connect(name, { schema, worker })
  open.push(conn)
  return conn
}

/** The page's notes, empty. */
function stubNotes(): Map<string, string> {
  const notes = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => notes.get(key) ?? null,
    setItem: (key: string, value: string) => notes.set(key, value),
    removeItem: (key: string) => notes.delete(key),
  })
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  return notes
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((conn) => conn.close()))
  worker = () => channelWorker(openIn())
})

describe('connect', () => {
  it('shares a connection among those who ask for the same, until all have closed it', async () => {
    const [one, two] = await Promise.all([shop(), shop()])
    expect(one).toBe(two)
    await one.close()
    expect(await two.db().q(counts)).toEqual([])
    await two.close()
    open.length = 0
    expect(() => two.db()).toThrow(expect.objectContaining({ code: 'connection/closed' }))
    await expect(two.transact([item('a', 1)])).rejects.toMatchObject({ code: 'connection/closed' })
  })

  it('breaks off a backup that is still being read, and says so', async () => {
    await shop('another, which keeps the worker')
    const conn = await shop()
    for (let i = 0; i < 3; i++) await conn.transact([{ 'inv/sku': `${i}`, 'db/doc': `${i}`.repeat(400_000) }])
    const reader = conn.export().getReader()
    expect((await reader.read()).done).toBe(false)
    await conn.close()
    const whole = async (): Promise<void> => {
      while (!(await reader.read()).done);
    }
    await expect(whole()).rejects.toMatchObject({ code: 'client/unknown-handle' })
  })

  it('ends when what was asked of it before has been done', async () => {
    const storage = memory()
    worker = () => channelWorker(openIn(storage))
    const conn = await connect('shop', { schema, worker })
    const asked = [conn.transact([item('a', 1)]), conn.transact([item('b', 2)])]
    await conn.close()
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(['confirmed', 'confirmed'])
    expect(await (await shop()).db().q(counts)).toHaveLength(2)
  })

  it('refuses other options, keeps users apart, and shares one worker', async () => {
    let started = 0
    const storage = memory()
    worker = () => {
      started++
      return channelWorker(openIn(storage))
    }
    const conn = await shop()
    await expect(connect('shop', { worker })).rejects.toMatchObject({ code: 'client/already-connected' })
    const hers = await connect('shop', { schema, worker, user: 'ada' })
    open.push(hers, await shop('other'))
    await conn.transact([item('mine', 1)])
    expect(await hers.db().q(counts)).toEqual([])
    expect(started).toBe(1)
  })

  it('says what is wrong with its options', async () => {
    const wrong: [string, object][] = [
      ['', {}],
      ['\ud800', {}],
      ['x', { user: '' }],
      ['x', { sync: { url: '' } }],
      ['x', { sync: { url: '/s', auth: 'token' } }],
      ['x', { worker: {} }],
      ['x', { durability: 'perfect' }],
      ['x', { functions: {} }],
      ['x', { schem: {} }],
    ]
    for (const [name, options] of wrong) {
      await expect(connect(name, options), JSON.stringify([name, options])).rejects.toMatchObject({
        code: 'client/bad-option',
      })
    }
  })

  it('refuses by their codes a schema that is none, and one that holds itself', async () => {
    const cyclic: Record<string, unknown> = { 'inv/sku': { type: 'string' } }
    cyclic['inv/self'] = cyclic
    for (const schema of [null, true, [], new Map(), cyclic]) {
      const options = { schema: schema as never, worker }
      await expect(connect('shop', options), String(schema)).rejects.toMatchObject({ code: 'schema/malformed' })
    }
    await shop()
  })

  it('knows a schema by its types', () => {
    expect(schema['inv/color'].idents).toEqual([':red', ':blue'])
    // @ts-expect-error no such type
    defineSchema({ 'inv/sku': { type: 'text' } })
    // @ts-expect-error no such option
    defineSchema({ 'inv/sku': { type: 'string', uniqe: 'identity' } })
    // @ts-expect-error only a ref is a component
    defineSchema({ 'inv/sku': { type: 'string', component: true } })
    // @ts-expect-error a tuple says what it is made of
    defineSchema({ 'inv/place': { type: 'tuple' } })
    defineSchema({ 'inv/place': { type: 'tuple', tupleTypes: ['long', 'string'] } })
  })

  it('installs tuples, composites after what they are made of', async () => {
    const places = defineSchema({
      'shelf/place': { type: 'tuple', tupleAttrs: ['shelf/row', 'shelf/column'], unique: 'identity' },
      'shelf/row': { type: 'long' },
      'shelf/column': { type: 'string' },
      'shelf/size': { type: 'tuple', tupleType: 'long' },
    })
    const conn = await connect('shelves', { schema: places, worker })
    open.push(conn)
    await conn.transact([{ 'shelf/row': 1, 'shelf/column': 'B', 'shelf/size': [20, 30, 40] }])
    expect(await conn.db().pull(['shelf/size'], ['shelf/place', [1, 'B']])).toEqual({ 'shelf/size': [20, 30, 40] })
  })

  it('names the way out where there are no workers', async () => {
    await expect(connect('shop')).rejects.toMatchObject({
      code: 'client/no-worker',
      message: expect.stringContaining('annals/engine'),
    })
  })

  it('gives a worker that does not start ten seconds, and then the recipe', async () => {
    const failed = { code: 'client/worker-failed', message: expect.stringContaining('annals/worker') }
    await expect(
      connect('shop', {
        worker: () => {
          throw new Error('forbidden')
        },
      }),
    ).rejects.toMatchObject(failed)

    vi.useFakeTimers()
    const { port1: silent } = new MessageChannel()
    Object.assign(silent, { terminate: () => silent.close() })
    const waiting = connect('shop', { worker: () => silent as unknown as Worker })
    const refused = expect(waiting).rejects.toMatchObject(failed)
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    await refused
    await shop()
  })

  it('does not take for lost what another tab opened, or removed, while this one made it', async () => {
    const notes = stubNotes()
    const known = `annals/known/${JSON.stringify(['shop', undefined])}`
    for (const [before, meanwhile, lost] of [
      [[], [[known, '1']], []],
      [[[known, '1']], [], []],
      [[[known, '1']], [[known, '1']], ['storage/lost']],
    ] as const) {
      worker = () =>
        channelWorker(async (request, context) => {
          context.onCreated()
          notes.clear()
          for (const [key, value] of meanwhile) notes.set(key, value)
          return openIn()(request, context)
        })
      notes.clear()
      for (const [key, value] of before) notes.set(key, value)
      const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const conn = await connect('shop', { worker })
      expect(conn.health.getSnapshot().map(({ code }) => code)).toEqual(lost)
      await conn.close()
      complained.mockRestore()
    }
  })

  it('does not take for lost what was to go, and was held by a tab until later', async () => {
    stubNotes()
    let isThere = false
    const held = (doing: string) => new AnnalsError('storage/blocked', 'held', { doing })
    const storage = memory()
    const opening = { ...storage, open: () => Promise.reject(held('opening it')) }
    const removing = { ...storage, destroy: () => Promise.reject(held('removing it')) }
    const complaints = async (stored: LocalStorage): Promise<readonly string[]> => {
      const conn = await connect('shop', {
        worker: () =>
          channelWorker(async (request, context) => {
            if (!isThere) context.onCreated()
            isThere = true
            return openIn(stored)(request, context)
          }, stored),
      })
      const codes = conn.health.getSnapshot().map(({ code }) => code)
      await conn.close()
      return codes
    }
    const removeFrom = (stored: LocalStorage) =>
      destroy('shop', { worker: () => channelWorker(openIn(stored), stored) })
    const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => complained.mockRestore())

    expect(await complaints(storage)).toEqual([])
    await expect(removeFrom(removing)).rejects.toMatchObject({ code: 'storage/blocked' })
    isThere = false // the tab lets go of it
    expect(await complaints(storage)).toEqual([])
    await expect(removeFrom(opening)).rejects.toMatchObject({ code: 'storage/blocked' })
    isThere = false // nobody has asked for it
    expect(await complaints(storage)).toEqual(['storage/lost'])
  })

  it('passes on why a database cannot be opened, and can be tried again', async () => {
    const storage = memory()
    worker = () => channelWorker(openIn(storage))
    await shop()
    await (open.pop() as Connection).close()
    const other = { 'inv/sku': { type: 'long' } } as const
    await expect(connect('shop', { schema: other, worker })).rejects.toMatchObject({ code: 'schema/mismatch' })
    await shop()
  })
})

describe('a connection', () => {
  it('shows what it has transacted in its newest value, and older values as they were', async () => {
    const conn = await shop()
    const before = conn.db()
    const report = await conn.transact([item('a', 1)])
    expect(report).toMatchObject({ status: 'confirmed', t: before.basisT + 1, tempids: {} })
    expect(await report.settled).toEqual({ status: 'confirmed', t: report.t, tx: report.tx })
    await conn.transact([item('a', 2), item('b', 3)])
    expect(await conn.db().q(counts)).toEqual(
      expect.arrayContaining([
        ['a', 2],
        ['b', 3],
      ]),
    )
    expect(conn.db()).toBe(conn.db())
    expect(await before.q(counts)).toEqual([])
    expect(await report.dbBefore.q(counts)).toEqual([])
    expect(await report.dbAfter.q(counts)).toEqual([['a', 1]])
    expect(await conn.db().asOf(report.id).q(counts)).toEqual([['a', 1]])
    expect(await conn.db().since(report.tx).q(counts)).toEqual([['b', 3]])
    const history = '[:find ?n ?added :where [?e :inv/sku "a"] [?e :inv/count ?n _ ?added]]'
    expect(await conn.db().history().q<unknown[]>(history)).toHaveLength(3)
  })

  it('answers every kind of question', async () => {
    const conn = await shop()
    const { tempids } = await conn.transact([{ 'db/id': 'x', 'inv/sku': 'a', 'inv/count': 1, 'inv/color': ':red' }])
    const db = conn.db()
    const id = tempids.x as number
    expect(await db.entid(['inv/sku', 'a'])).toBe(id)
    expect(await db.entid(['inv/sku', 'none'])).toBeUndefined()
    expect(await db.pull(['inv/count'], id)).toEqual({ 'inv/count': 1 })
    expect(await db.pullMany(['inv/sku'], [id, ['inv/sku', 'none']])).toEqual([{ 'inv/sku': 'a' }, undefined])
    expect(await db.datoms('eavt', id, 'inv/sku')).toMatchObject([{ e: id, v: 'a', added: true }])
    expect(await db.explain(counts)).toBeDefined()
    const { dbAfter } = await db.with([item('b', 2)])
    expect(await dbAfter.q(skus)).toEqual(expect.arrayContaining(['a', 'b']))
    const both = '[:find [?sku ...] :in $ $then :where [$ ?e :inv/sku ?sku] (not [$then _ :inv/sku ?sku])]'
    expect(await dbAfter.q(both, [db])).toEqual(['b'])
    const undone = await conn.undo(db.basisT)
    expect(undone.reverted.length).toBeGreaterThan(0)
    expect(await conn.db().q(skus)).toEqual([])
    expect(await conn.stats()).toMatchObject({ name: 'shop', basisT: db.basisT + 1 })
  })

  it('gets large results whole', async () => {
    const conn = await shop()
    const items = Array.from({ length: 1000 }, (_, i) => item(`SKU-${i}`, i % 7))
    const { txData } = await conn.transact(items)
    expect(txData).toHaveLength(2001 + 1)
    const rows = await conn.db().q<[string, number][]>(counts)
    expect(new Map(rows)).toEqual(new Map(items.map((_, i) => [`SKU-${i}`, i % 7])))
  })

  it('rejects with errors that are whole', async () => {
    const conn = await shop()
    const error: unknown = await conn.transact([{ 'inv/skuu': 'a' }]).catch((e: unknown) => e)
    expect(isAnnalsError(error, 'attribute/unknown')).toBe(true)
    expect(error).toMatchObject({ message: expect.stringContaining('inv/sku'), data: expect.any(Object) })
    await expect(conn.db().q('[:find ?x :where')).rejects.toMatchObject({ code: 'edn/malformed' })
    const unclonable = conn.transact([{ 'inv/sku': 'a', 'inv/count': () => 1 }])
    await expect(unclonable).rejects.toMatchObject({ code: 'client/bad-option', data: { path: '[1][0].inv/count' } })
    await expect(conn.db().q(counts, [new Proxy({}, {})])).rejects.toMatchObject({ code: 'client/bad-option' })
  })

  it('refuses options that there are not', async () => {
    const conn = await shop()
    const wrong = { maxrows: 1 } as object
    await expect(conn.db().q(counts, [], wrong)).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(conn.db().pull(['inv/sku'], 1, wrong)).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(conn.db().q(counts, [], { maxRows: -1 })).rejects.toMatchObject({ code: 'db/bad-option' })
    expect(() => conn.live(counts, [], wrong)).toThrow(expect.objectContaining({ code: 'db/bad-option' }))
  })

  it('rejects with a code where looking at what it was given throws, or has no end', async () => {
    const conn = await shop()
    const throws = Object.defineProperty({}, 'inv/sku', {
      enumerable: true,
      get: () => {
        throw new Error('not now')
      },
    })
    let deep: unknown = () => 1
    for (let i = 0; i < 5000; i++) deep = [deep]
    const circle: Record<string, unknown> = { 'inv/count': () => 1 }
    circle['inv/color'] = circle
    for (const hostile of [throws, deep, circle]) {
      await expect(conn.transact([hostile])).rejects.toMatchObject({ code: 'client/bad-option' })
      await expect(conn.db().pull(['inv/sku'], hostile as never)).rejects.toMatchObject({ code: 'client/bad-option' })
    }
  })

  it('tells of a live answer that is nested too deep to cross, keeps what it showed, and goes on', async () => {
    const conn = await connect('deep', {
      schema: defineSchema({ 'part/name': { type: 'string', unique: 'identity' }, 'part/of': { type: 'ref' } }),
      worker,
    })
    open.push(conn)
    const parts = (from: number, to: number): object[] =>
      Array.from({ length: to - from }, (_, i) => ({
        'part/name': `P${from + i}`,
        ...(from + i > 0 && { 'part/of': i === 0 ? ['part/name', `P${from - 1}`] : `P${from + i - 1}` }),
        'db/id': `P${from + i}`,
      }))
    const DEEP = 8_000
    const patience = { timeout: 20_000 }
    await conn.transact(parts(0, 2))
    const live = conn.livePull(['part/name', { 'part/_of': '...' }], ['part/name', 'P0'])
    const beside = conn.live<number>('[:find (count ?e) . :where [?e :part/name]]')
    live.subscribe(() => undefined)
    beside.subscribe(() => undefined)
    await vi.waitFor(
      () => expect([live, beside].map((l) => l.getSnapshot().status)).toEqual(['ready', 'ready']),
      patience,
    )
    const { data } = live.getSnapshot() as { data: unknown }
    await conn.transact(parts(2, DEEP))
    await vi.waitFor(
      () => expect(live.getSnapshot()).toMatchObject({ status: 'error', error: { code: 'internal/unexpected' }, data }),
      patience,
    )
    await vi.waitFor(() => expect(beside.getSnapshot()).toMatchObject({ data: DEEP }), patience)
    expect(await conn.db().q('[:find (count ?e) . :where [?e :part/name]]')).toBe(DEEP)
    await conn.transact([[':db/retract', ['part/name', 'P1'], 'part/of', ['part/name', 'P0']]])
    await vi.waitFor(() => expect(live.getSnapshot()).toMatchObject({ status: 'ready' }), patience)
  }, 60_000)

  it('aborts by signal', async () => {
    const conn = await shop()
    await expect(conn.db().q(counts, [], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'query/aborted',
    })
    const abort = new AbortController()
    const asked = conn.db().q(counts, [], { signal: abort.signal })
    abort.abort()
    await expect(asked).rejects.toMatchObject({ code: 'query/aborted' })
    expect(await conn.db().q(counts, [], { signal: new AbortController().signal })).toEqual([])
  })

  it('reads the log, and follows it', async () => {
    const conn = await shop()
    const from = conn.db().basisT + 1
    await conn.transact([item('a', 1)])
    const seen: number[] = []
    const following = (async () => {
      for await (const { t } of conn.log({ from, live: true })) if (seen.push(t) === 3) break
    })()
    await conn.transact([item('b', 1)])
    await conn.transact([item('c', 1)])
    await following
    expect(seen).toEqual([from, from + 1, from + 2])
    const two: number[] = []
    for await (const { t } of conn.log({ from, to: from + 1 })) two.push(t)
    expect(two).toEqual([from, from + 1])
    const back: number[] = []
    for await (const { t } of conn.log({ from: new Date(0), reverse: true, limit: 2 })) back.push(t)
    expect(back).toEqual([from + 2, from + 1])
    expect((await conn.syncTo(from + 2)).basisT).toBe(from + 2)
    await expect(conn.syncTo(from + 3, { timeout: 1 })).rejects.toMatchObject({ code: 'db/timeout' })
  })

  it('excises: what was taken before is gone, and the newest value is there at once', async () => {
    const conn = await shop()
    await conn.transact([item('a', 1), item('b', 2)])
    const old = conn.db()
    const { t, removed } = await conn.excise(['inv/sku', 'a'])
    expect([removed, conn.db().basisT, await conn.db().q(counts)]).toEqual([2, t, [['b', 2]]])
    await expect(old.q(counts)).rejects.toMatchObject({ code: 'db/gone' })
    await expect(conn.excise(':db/doc')).rejects.toMatchObject({ code: 'tx/not-excisable' })
  })

  it('undoes, and says of the undo what it is told to', async () => {
    const conn = await shop()
    const made = await conn.transact([item('a', 1)])
    const undo = await conn.undo(made.id, { txData: [{ 'db/id': 'datomic.tx', 'db/doc': 'a slip' }] })
    expect(await conn.db().pull(['db/doc'], ['tx/id', undo.id as string])).toEqual({ 'db/doc': 'a slip' })
    expect(await conn.db().q(counts)).toEqual([])
  })
})

describe('a live query', () => {
  /** Its rows in order, once it is ready at this `t` or later. */
  async function rowsAt<T>(live: LiveQuery<T[]>, t: number): Promise<T[]> {
    return vi.waitFor(() => {
      const snapshot = live.getSnapshot()
      if (snapshot.status !== 'ready' || snapshot.t < t) throw new Error(`it is ${JSON.stringify(snapshot)}`)
      return snapshot.data.toSorted()
    })
  }

  it('is loading, then ready, and the same object until it changes', async () => {
    const conn = await shop()
    const live = conn.live<[string, number][]>(counts)
    const other = conn.live<unknown[]>(colors)
    expect(conn.live(counts)).toBe(live)
    expect(live.getSnapshot()).toEqual({ status: 'loading' })
    expect(live.getServerSnapshot()).toBe(live.getSnapshot())
    let calls = 0
    const stop = live.subscribe(() => calls++)
    other.subscribe(() => undefined)
    expect(await rowsAt(live, 0)).toEqual([])
    expect(Object.isFrozen(live.getSnapshot())).toBe(true)

    const first = await conn.transact([item('a', 1), item('b', 2)])
    const was = await rowsAt(live, first.t as number)
    const ready = live.getSnapshot()
    const second = await conn.transact([{ 'inv/sku': 'a', 'inv/color': ':red' }])
    await rowsAt(other, second.t as number)
    expect(live.getSnapshot()).toBe(ready)

    const told = calls
    const third = await conn.transact([item('b', 3), item('c', 4)])
    const is = await rowsAt(live, third.t as number)
    expect(calls).toBe(told + 1)
    expect(is).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 4],
    ])
    expect(is[0]).toBe(was[0])
    stop()
    const fourth = await conn.transact([item('d', 5), { 'inv/sku': 'a', 'inv/color': ':blue' }])
    await rowsAt(other, fourth.t as number)
    expect(calls).toBe(told + 1)
  })

  it('moves together with the others of its connection', async () => {
    const conn = await shop()
    const all = [
      conn.live<unknown[]>(counts),
      conn.live<unknown[]>(skus),
      conn.livePull(['inv/count'], ['inv/sku', 'a']),
    ]
    const torn: unknown[] = []
    for (const live of all) {
      live.subscribe(() => {
        const bases = all.map((l) => l.getSnapshot()).map((s) => (s.status === 'ready' ? s.t : s.status))
        if (!bases.includes('loading') && new Set(bases).size > 1) torn.push(bases)
      })
    }
    await vi.waitFor(() => expect(all.map((l) => l.getSnapshot().status)).not.toContain('loading'))
    for (let n = 1; n < 5; n++) await conn.transact([item('a', n), item(`b${n}`, n)])
    const last = { status: 'ready', data: { 'inv/count': 4 } }
    await vi.waitFor(() => expect(all[2]?.getSnapshot()).toMatchObject(last))
    expect(torn).toEqual([])
  })

  it('takes database values as inputs', async () => {
    const conn = await shop()
    await conn.transact([item('a', 1)])
    const then = conn.db()
    const fresh = '[:find [?sku ...] :in $ $then :where [$ ?e :inv/sku ?sku] (not [$then _ :inv/sku ?sku])]'
    const live = conn.live<string[]>(fresh, [then])
    expect(conn.live(fresh, [then])).toBe(live)
    expect(conn.live(fresh, [then.history()])).not.toBe(live)
    live.subscribe(() => undefined)
    expect(await rowsAt(live, 0)).toEqual([])
    const { t } = await conn.transact([item('b', 2)])
    expect(await rowsAt(live, t as number)).toEqual(['b'])
  })

  it('tells errors', async () => {
    const conn = await shop()
    const wrong = conn.live('[:find ?x :where [?y :inv/sku]]')
    const odd = conn.live(counts, [() => 1])
    const cycle: unknown[] = []
    cycle.push(cycle)
    const text = cycle as unknown as string
    const round = [conn.live(text), conn.livePull(text, 1)]
    const bare = conn.live(counts, 'no list' as unknown as unknown[])
    const all = [wrong, odd, ...round, bare]
    for (const live of all) live.subscribe(() => undefined)
    const codes = [
      'query/unbound-variable',
      'client/bad-option',
      'query/malformed',
      'pull/malformed',
      'query/wrong-input',
    ]
    const errors = codes.map((code) => ({ error: { code } }))
    await vi.waitFor(() => expect(all.map((live) => live.getSnapshot())).toMatchObject(errors))
  })

  it('keeps large answers in step', async () => {
    const conn = await shop()
    const live = conn.live<[string, number][]>(counts)
    live.subscribe(() => undefined)
    await conn.transact(Array.from({ length: 500 }, (_, i) => item(`SKU-${i}`, i)))
    for (let n = 0; n < 5; n++) {
      const gone = [':db/retractEntity', ['inv/sku', `SKU-${n * 11 + 1}`]]
      const { t } = await conn.transact([item(`SKU-${n * 7}`, -1), item(`new-${n}`, n), gone])
      const rows = await conn.db().q<[string, number][]>(counts)
      expect(await rowsAt(live, t as number)).toEqual(rows.toSorted())
    }
  })
})
