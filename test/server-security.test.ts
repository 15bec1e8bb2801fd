import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Proposal } from '../src/server/decide.ts'
import { createSyncHandler, type SyncHandler, type SyncHandlerOptions } from '../src/server/handler.ts'
import { TokenBuckets } from '../src/server/token-buckets.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { toCbor } from '../src/sync/cbor.ts'
import { slowStorage } from './support/slow-storage.ts'
import { post, Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 20_000 })

const closing: SyncHandler[] = []
afterEach(async () => {
  for (const handler of closing.splice(0)) await handler.close()
})
function serverOf(options: Partial<SyncHandlerOptions> = {}): SyncHandler {
  const handler = createSyncHandler({ storage: memoryRemote(), ...options })
  closing.push(handler)
  return handler
}

const get = (what: string, headers: Record<string, string> = {}): Request =>
  new Request(`http://test/sync/shop/${what}`, { headers })
const refused = async (response: Response): Promise<unknown> => ({
  status: response.status,
  ...((await response.json()) as object),
})

describe('what a caller may', () => {
  const authorize: SyncHandlerOptions['authorize'] = (request, name) => {
    const [who, where] = (request.headers.get('authorization') ?? '').split('@')
    if (!who) return undefined
    return { principal: who, read: where === name, write: who !== 'reader', admin: who === 'root' }
  }

  it('is asked for every request and database', async () => {
    const server = serverOf({ authorize })
    for (const [token, what, status] of [
      ['', 'pull', 401],
      ['ann@shop', 'pull', 200],
      ['ann@other', 'pull', 403],
      ['ann@other', 'follow', 403],
      ['reader@shop', 'pull', 200],
    ] as const) {
      const response = await server(get(what, token === '' ? {} : { authorization: token }))
      expect([token, what, response.status]).toEqual([token, what, status])
      await response.body?.cancel()
    }
    const reader = new Speaker(server, crypto.randomUUID(), 'reader@shop')
    await expect(reader.register()).rejects.toMatchObject({ status: 403 })
  })

  it('includes adopting foreign records only for administrators, and only where the log stands', async () => {
    const source = serverOf()
    const s = await speaker(source)
    await s.push([s.entry(SCHEMA), s.entry([{ 'inv/sku': 'S1' }])])
    const { rows } = await s.pull()
    const server = serverOf({ authorize })
    const ann = new Speaker(server, crypto.randomUUID(), 'ann@shop')
    await expect(ann.say('adopt', { t: 0, hash: '', rows })).rejects.toMatchObject({ status: 403 })
    const root = new Speaker(server, crypto.randomUUID(), 'root@shop')
    const forged = rows.map((row, i) => (i === 1 ? { ...row, body: new Uint8Array(row.body).fill(1, 40, 50) } : row))
    await expect(root.say('adopt', { t: 0, hash: '', rows: forged })).rejects.toMatchObject({ status: 400 })
    expect((await ann.pull()).rows).toEqual([])
    expect(await root.say('adopt', { t: 0, hash: '', rows })).toEqual({ t: 2 })
    expect((await ann.pull()).rows).toEqual(rows)
    const again = root.say('adopt', { t: 0, hash: '', rows })
    await expect(again).rejects.toMatchObject({ status: 409, code: 'backup/does-not-follow' })
    // what was confirmed before stays confirmed once
    await ann.register()
    const entry = { ...ann.entry([{ 'inv/sku': 'S1' }]), txid: rows[1]?.txid as string }
    expect(await ann.push([entry])).toMatchObject({ outcomes: [{ status: 'confirmed', t: 2 }] })
  })
})

it('a principal has no more characters than storages keep', async () => {
  const heard = vi.fn()
  const hello = async (length: number) => {
    const authorize = () => ({ principal: 'a'.repeat(length), read: true, write: true })
    return new Speaker(serverOf({ authorize, onError: heard })).register()
  }
  await hello(255)
  await expect(hello(256)).rejects.toMatchObject({ status: 500 })
  expect(heard).toHaveBeenCalledOnce()
})

it.each([
  [undefined, 401],
  [null, 401],
  [false, 401],
  [{}, 403],
  [true, 403],
  [{ read: false, write: true, admin: true }, 403],
  [{ read: true, write: false }, 403],
  [{ read: true, write: true }, 200],
])('authorize may say %j: %i', async (access, status) => {
  const heard = vi.fn()
  const server = serverOf({ authorize: () => access as never, onError: heard })
  const message = { protocol: 1, replica: crypto.randomUUID(), nonce: crypto.randomUUID(), after: 0 }
  expect((await server(post('register', toCbor(message) as never))).status).toBe(status)
  expect(heard).not.toHaveBeenCalled()
})

it('a principal is a text', async () => {
  const heard = vi.fn()
  const server = serverOf({ authorize: () => ({ principal: 7, read: true, write: true }) as never, onError: heard })
  expect((await server(get('pull'))).status).toBe(500)
  expect(String(heard.mock.calls[0]?.[0])).toContain('authorize gave a principal that is no text')
})

describe('pages of other origins', () => {
  const preflight = (origin: string): Request =>
    new Request('http://test/sync/shop/push', { method: 'OPTIONS', headers: { origin } })
  const corsOf = (response: Response): string | null => response.headers.get('access-control-allow-origin')

  it('are kept out by their browsers where nothing is said', async () => {
    const server = serverOf()
    expect(corsOf(await server(preflight('https://evil.example')))).toBeNull()
    expect(corsOf(await server(get('pull', { origin: 'https://evil.example' })))).toBeNull()
  })

  it('may call when they are listed, and are refused when they are not', async () => {
    const server = serverOf({ origins: ['https://shop.example'] })
    const asked = await server(preflight('https://shop.example'))
    expect([asked.status, corsOf(asked)]).toEqual([204, 'https://shop.example'])
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization')
    const pulled = await server(get('pull', { origin: 'https://shop.example' }))
    expect([pulled.status, corsOf(pulled)]).toEqual([200, 'https://shop.example'])
    expect(pulled.headers.get('vary')).toContain('origin')
    const evil = await server(get('pull', { origin: 'https://evil.example' }))
    expect(await refused(evil)).toMatchObject({ status: 403, code: 'http/forbidden-origin' })
    expect(corsOf(evil)).toBeNull()
    expect((await server(preflight('https://evil.example'))).status).toBe(403)
    expect((await server(get('pull', { origin: 'http://test' }))).status).toBe(200)
    expect((await server(get('pull'))).status).toBe(200)
    // what is refused can be read by those who may
    const wrong = await server(get('pull?from=x', { origin: 'https://shop.example' }))
    expect([wrong.status, corsOf(wrong)]).toEqual([400, 'https://shop.example'])
  })
})

describe('too much', () => {
  it('of requests is answered 429, with the time to wait, for that caller alone', async () => {
    const authorize: SyncHandlerOptions['authorize'] = (request) => ({
      principal: request.headers.get('authorization') ?? '',
      read: true,
      write: true,
    })
    const server = serverOf({ authorize, rate: { perSecond: 0.001, burst: 3 } })
    const as = (user: string) => server(get('pull', { authorization: user }))
    for (let i = 0; i < 3; i++) expect((await as('ann')).status).toBe(200)
    const late = await as('ann')
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(900)
    expect(await refused(late)).toMatchObject({ status: 429, code: 'http/too-many-requests' })
    expect((await as('bob')).status).toBe(200)
    const anonymous = new Speaker(server, crypto.randomUUID(), '')
    for (let i = 0; i < 3; i++) await anonymous.hello()
    await expect(anonymous.hello()).rejects.toMatchObject({ status: 429 })
  })

  it('comes back with time, and never beyond the burst', () => {
    let now = 0
    const buckets = new TokenBuckets({ perSecond: 10, burst: 2 }, () => now)
    const taken = (n: number): number => {
      let count = 0
      for (let i = 0; i < n; i++) {
        try {
          buckets.take('a')
          count++
        } catch {}
      }
      return count
    }
    expect(taken(5)).toBe(2)
    now += 100
    expect(taken(5)).toBe(1)
    now += 1_000_000
    expect(taken(5)).toBe(2)
  })

  it('of callers forgets the quietest', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, () => 0)
    buckets.take('first')
    expect(() => buckets.take('first')).toThrow()
    for (let i = 0; i < 10_001; i++) buckets.take(`caller ${i}`)
    buckets.take('first')
  })

  it('of time for a query refuses the transaction that asks it', async () => {
    const s = await speaker(serverOf({ queryMs: 30 }))
    const items = Array.from({ length: 300 }, (_, i) => ({ 'inv/sku': `S${i}`, 'inv/count': i }))
    await s.push([s.entry(SCHEMA), s.entry(items)])
    s.prev = ''
    const vars = Array.from({ length: 4 }, (_, i) => `[?e${i} :inv/count ?n${i}]`).join(' ')
    const slow = s.entry([[':db/forbid', `[:find ?n0 :where ${vars} [(+ ?n0 ?n1 ?n2 ?n3) ?sum] [(< 10000 ?sum)]]`]])
    const { rows } = await s.pull()
    const answer = await s.push([slow], { prev: rows[1]?.txid as string })
    expect(answer).toMatchObject({ outcomes: [{ status: 'rejected', code: expect.stringMatching(/^query\//) }] })
  })
})

describe('matching', () => {
  const query = (name: string) => `[:find ?m . :where [(${name} "^(a+)+$" "aaa") ?m]]`
  const asked = async (options: Partial<SyncHandlerOptions>, form: unknown) => {
    const s = await speaker(serverOf(options))
    const answer = await s.push([s.entry([form])])
    return answer.kind === 'answers' && answer.outcomes[0]
  }

  it.each(['re-find', 're-matches', 're-seq', 'clojure.core/re-find'])(
    'of patterns refuses the transaction: %s',
    async (name) => {
      const refusal = { status: 'rejected', code: 'query/unknown-function' }
      expect(await asked({}, [':db/require', query(name)])).toMatchObject(refusal)
      const within = `[:find ?m . :where [(q ${query(name).replace(' .', '')} $) [[?m]]]]`
      expect(await asked({}, [':db/require', within])).toMatchObject(refusal)
      expect(await asked({ patterns: true }, [':db/require', within])).toMatchObject({ status: 'confirmed' })
    },
  )

  it('of patterns is done for trusted writers, and for the application itself', async () => {
    const form = [':db/require', query('re-find')]
    expect(await asked({ patterns: true }, form)).toMatchObject({ status: 'confirmed' })
    const validate = vi.fn(async ({ after }: Proposal) => expect(await after.q(query('re-find'))).not.toBeNull())
    expect(await asked({ validate }, { 'db/doc': 'x' })).toMatchObject({ status: 'confirmed' })
    expect(validate).toHaveBeenCalledOnce()
  })
})

describe('a forged replica', () => {
  it('is bound to who registered it, whatever is pushed in its name', async () => {
    const authorize: SyncHandlerOptions['authorize'] = (request) => ({
      principal: request.headers.get('authorization') ?? '',
      read: true,
      write: true,
    })
    const server = serverOf({ authorize })
    const ann = new Speaker(server, crypto.randomUUID(), 'ann')
    await ann.register()
    const schema = ann.entry(SCHEMA)
    await ann.push([schema])
    const mallory = new Speaker(server, ann.replica, 'mallory')
    mallory.epoch = ann.epoch
    mallory.seq = 1
    const attempts = [
      () => mallory.push([mallory.entry([{ 'inv/sku': 'theft' }])], { prev: schema.txid }),
      () => mallory.register(),
      () => mallory.hello({ want: 64 }),
      () =>
        mallory.say('register', {
          replica: crypto.randomUUID(),
          nonce: crypto.randomUUID(),
          after: 0,
          of: ann.replica,
        }),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ status: 403 })
    const item = ann.entry([{ 'inv/sku': 'S1' }])
    expect(statuses(await ann.push([item], { prev: schema.txid }))).toEqual(['confirmed'])
    expect((await ann.pull()).rows.map(({ txid }) => txid)).toEqual([schema.txid, item.txid])
  })

  it('cannot say who wrote a transaction', async () => {
    const authorize: SyncHandlerOptions['authorize'] = () => ({ principal: 'ann', read: true, write: true })
    const users: unknown[] = []
    const server = serverOf({
      authorize,
      validate: async ({ after, principal }) => {
        users.push(principal, ...((await after.q('[:find [?u ...] :where [_ :tx/user ?u]]')) as unknown[]))
      },
    })
    const s = await speaker(server)
    await s.push([s.entry([[':db/add', 'datomic.tx', 'tx/user', 'bob'], ...SCHEMA])])
    await s.push([{ ...s.entry(SCHEMA), seq: 2 }])
    expect(users).not.toContain('bob')
  })
})

describe('logs and answers', () => {
  it('hold neither tokens, bodies nor what the storage said', async () => {
    const heard: unknown[] = []
    const at = slowStorage()
    const server = serverOf({
      storage: at.storage,
      onError: (error, where) => heard.push([String(error), where]),
      onAnswer: (answered) => heard.push(answered),
    })
    const s = new Speaker(server, crypto.randomUUID(), 'Bearer TOP-SECRET')
    await s.register()
    at.fate = () => 'fails'
    const failed = await s.push([s.entry([{ 'db/doc': 'PRIVATE' }])]).catch((e: object) => e)
    await server(get('follow?from=0&token=TOP-SECRET')).then((r) => r.body?.cancel())
    const all = JSON.stringify([heard, failed, server.metrics()])
    expect(heard.length).toBeGreaterThan(2)
    expect(all).not.toMatch(/TOP-SECRET|PRIVATE/)
    expect(JSON.stringify(failed)).not.toContain('disk is gone')
  })
})

it('a message is read before its database is opened', async () => {
  const at = slowStorage()
  const server = serverOf({ storage: at.storage })
  expect((await server(post('push', toCbor({ protocol: 1 }) as never))).status).toBe(400)
  expect((await server(get('pull?from=x'))).status).toBe(400)
  expect(at.stores).toBe(0)
})

it('a log that was changed in the storage is not gone on with, and the operator is told where', async () => {
  const inner = memoryRemote()
  const first = createSyncHandler({ storage: { open: inner.open, close: async () => undefined } })
  const s = await speaker(first)
  await s.push([s.entry(SCHEMA), s.entry([{ 'inv/sku': 'S1' }])])
  await first.close()
  const heard: unknown[] = []
  const open = async (name: string) => {
    const store = await inner.open(name)
    const honest = store.readLog.bind(store)
    const readLog = async (from: number, limit?: number) =>
      (await honest(from, limit)).map((row) => (row.t === 2 ? { ...row, body: row.body.map((b) => b ^ 1) } : row))
    return Object.assign(store, { readLog })
  }
  const server = serverOf({ storage: { open, close: () => inner.close() }, onError: (e) => heard.push(e) })
  const answer = await server(get('pull'))
  expect(await refused(answer)).toMatchObject({ status: 503, code: 'storage/unavailable' })
  expect(heard).toMatchObject([{ code: 'storage/corrupt', data: { t: 2 } }])
})
