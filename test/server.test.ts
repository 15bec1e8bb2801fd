import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { decodeRecord } from '../src/engine/record.ts'
import { createSyncHandler, type SyncHandler, type SyncHandlerOptions } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import type { LogRow } from '../src/storage/port.ts'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import { toCbor } from '../src/sync/cbor.ts'
import type { IntentEntry, Push, RegisterAnswer } from '../src/sync/protocol.ts'
import { post, Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 20_000 })

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function serverOf(options: Partial<SyncHandlerOptions> = {}): SyncHandler {
  const handler = createSyncHandler({ storage: memoryRemote(), ...options })
  closing.push(() => handler.close())
  return handler
}

describe.each([
  ['memory', async () => memoryRemote()],
  [
    'sqlite',
    async () => {
      const dir = await mkdtemp(join(tmpdir(), 'annals-'))
      closing.push(() => rm(dir, { recursive: true }))
      return sqlRemote({ url: `sqlite:${join(dir, 'log.db')}` })
    },
  ],
])('the server over %s', (_name, storage) => {
  it('confirms each transaction once, however often and in whatever company it is pushed', async () => {
    const server = serverOf({ storage: await storage() })
    const a = await speaker(server)
    const schema = a.entry(SCHEMA)
    const item = a.entry([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    const first = await a.push([schema, item])
    expect(first).toMatchObject({
      t: 2,
      outcomes: [
        { txid: schema.txid, status: 'confirmed', t: 1 },
        { txid: item.txid, t: 2 },
      ],
    })
    expect(await a.push([schema, item])).toEqual(first)
    const next = a.entry([[':db/inc', ['inv/sku', 'S1'], 'inv/count', 1]])
    const all = await a.push([schema, item, next])
    expect(statuses(all)).toEqual(['confirmed', 'confirmed', 'confirmed'])
    expect((await a.push([next], { prev: item.txid })).kind).toBe('answers')
    expect((await a.pull()).rows.map((r) => r.txid)).toEqual([schema.txid, item.txid, next.txid])
  })

  it('takes a replica’s transactions in their order only', async () => {
    const a = await speaker(serverOf({ storage: await storage() }))
    const [one, two, three] = [a.entry(SCHEMA), a.entry([{ 'inv/sku': 'S1' }]), a.entry([{ 'inv/sku': 'S2' }])]
    expect(await a.push([three], { prev: two.txid })).toEqual({ kind: 'gap', last: 0 })
    expect(statuses(await a.push([one]))).toEqual(['confirmed'])
    expect(await a.push([three], { prev: two.txid })).toEqual({ kind: 'gap', last: 1 })
    expect(await a.push([two], { prev: crypto.randomUUID() })).toEqual({ kind: 'fork' })
    expect(await a.push([{ ...two, seq: 1 }], { prev: '' })).toEqual({ kind: 'fork' })
    expect(await a.push([two, three], { prev: one.txid, epoch: 7 })).toEqual({ kind: 'fork' })
    expect(statuses(await a.push([two, three], { prev: one.txid }))).toEqual(['confirmed', 'confirmed'])
  })

  it('fences an epoch off when the replica registers again, and counts anew', async () => {
    const a = await speaker(serverOf({ storage: await storage() }))
    const one = a.entry(SCHEMA)
    await a.push([one])
    const late = { epoch: a.epoch, entry: a.entry([{ 'inv/sku': 'late' }]) }
    const nonce = crypto.randomUUID()
    expect(await a.register(nonce)).toEqual({ epoch: 2 })
    expect(await a.say('register', { nonce, after: 1 })).toEqual({ epoch: 2 })
    await expect(a.say('register', { nonce: crypto.randomUUID(), after: 1 })).rejects.toMatchObject({
      code: 'sync/fork',
      status: 409,
    })
    expect(await a.push([late.entry], { epoch: late.epoch, prev: one.txid })).toEqual({ kind: 'fork' })
    const again = { ...one, seq: 1 }
    const two = { ...a.entry([{ 'inv/sku': 'S2' }]), seq: 2 }
    expect(statuses(await a.push([again, two]))).toEqual(['confirmed', 'confirmed'])
    expect((await a.pull()).t).toBe(2)
  })

  it('goes on after a restart with all that it had decided', async () => {
    const kept = await storage()
    const first = createSyncHandler({ storage: { open: (name) => kept.open(name), close: async () => {} } })
    const a = await speaker(first)
    const one = a.entry(SCHEMA)
    const bad = a.entry([[':db/add', 'x', 'inv/sku', 5]])
    const before = await a.push([one, bad])
    expect(statuses(before)).toEqual(['confirmed', 'rejected'])
    await first.close()
    const b = new Speaker(serverOf({ storage: kept }), a.replica)
    expect(await b.hello()).toMatchObject({ t: 1, epoch: 1, lastSeq: 2, base: 'agrees' })
    b.epoch = 1
    expect(await b.push([one, bad])).toEqual(before)
  })

  it('answers with the records from where the replica stands, where it knows them and they are few', async () => {
    const kept = await storage()
    const unclosable = { open: (name: string) => kept.open(name), close: async () => {} }
    const nodes = [serverOf({ storage: kept }), serverOf({ storage: unclosable })] as const
    const a = await speaker(nodes[0])
    const b = await speaker(nodes[1])
    const push = async (s: Speaker, entries: readonly IntentEntry[], more: Partial<Push> = {}) => {
      const answer = await s.push(entries, more)
      s.prev = entries.at(-1)?.txid ?? s.prev
      return answer.kind === 'answers' ? answer.rows?.map(({ t }) => t) : answer.kind
    }
    const item = (s: Speaker) => s.entry([{ 'inv/sku': crypto.randomUUID(), 'inv/count': 1 }])
    expect(await push(a, [a.entry(SCHEMA)], { from: 1, excised: 0 })).toEqual([1])
    expect(await push(a, [item(a)])).toBeUndefined()
    expect(await push(a, [item(a)], { from: 2, excised: 0 })).toEqual([2, 3])
    expect(await push(a, [item(a)], { from: 4, excised: 1 })).toBeUndefined()
    expect(await push(a, [item(a)], { from: 9, excised: 0 })).toBeUndefined()
    // t 6 is the other node's
    expect(await push(b, [item(b)], { from: 6, excised: 0 })).toEqual([6])
    expect(await push(a, [item(a)], { from: 6, excised: 0 })).toBeUndefined()
    expect(await push(a, [item(a)], { from: 7, excised: 0 })).toEqual([7, 8])
    const many = Array.from({ length: 100 }, () => item(a))
    expect(await push(a, many, { from: 8, excised: 0 })).toBeUndefined()
    expect(await push(a, [], { from: 100, excised: 0 })).toHaveLength(9)
    const answer = await a.push([item(a)], { from: 109, excised: 0 })
    expect(answer).toMatchObject({ rows: (await a.pull(109)).rows })
  })

  it('two nodes over one storage make one log', async () => {
    const kept = await storage()
    const unclosable = { open: (name: string) => kept.open(name), close: async () => {} }
    const nodes = [serverOf({ storage: kept }), serverOf({ storage: unclosable })] as const
    const a = await speaker(nodes[0])
    const b = await speaker(nodes[1])
    await a.push([a.entry(SCHEMA)])
    a.prev = (await a.pull()).rows[0]?.txid ?? ''
    const each = async (s: Speaker): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        const entry = s.entry([{ 'inv/sku': `S${i}`, 'inv/count': i }])
        expect(statuses(await s.push([entry]))).toEqual(['confirmed'])
        s.prev = entry.txid
      }
    }
    await Promise.all([each(a), each(b)])
    const { rows } = await b.pull()
    expect(rows.map((r) => r.t)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
    expect(await a.pull()).toEqual(await b.pull())
  })
})

describe('ids', () => {
  it('stay when they are leased and new; otherwise the server gives others, and later transactions mean those', async () => {
    const a = await speaker(serverOf())
    await a.push([a.entry(SCHEMA)])
    a.prev = (await a.pull()).rows[0]?.txid ?? ''
    const { leases } = await a.hello({ want: 10 })
    expect(await a.hello({ want: 10 })).toMatchObject({ leases })
    const [from, to] = leases[0] as [number, number]
    expect(to - from).toBe(10)
    const make = a.entry(
      [
        { 'db/id': 'leased', 'inv/sku': 'L' },
        { 'db/id': 'foreign', 'inv/sku': 'F' },
        { 'db/id': 'provisional', 'inv/sku': 'P' },
        { 'db/id': 'twice', 'inv/sku': 'T' },
      ],
      [
        ['leased', from],
        ['foreign', to + 5],
        ['provisional', 2 ** 28],
        ['twice', from],
      ],
    )
    const counts = a.entry([
      [':db/add', from, 'inv/count', 1],
      [':db/add', to + 5, 'inv/count', 2],
      [':db/add', 2 ** 28, 'inv/count', 3],
    ])
    expect(statuses(await a.push([make, counts]))).toEqual(['confirmed', 'confirmed'])
    const [, made, counted] = (await a.pull()).rows
    const { data, aliases } = decodeRecord(made as LogRow)
    const idOf = (sku: string): number => data.e[data.v.indexOf(sku)] as number
    expect(idOf('L')).toBe(from)
    expect(new Set([idOf('L'), idOf('F'), idOf('P'), idOf('T')]).size).toBe(4)
    for (const sku of ['F', 'P', 'T']) expect(idOf(sku)).toBeGreaterThanOrEqual(to)
    expect(idOf('F')).not.toBe(to + 5)
    expect([...aliases]).toEqual(
      expect.arrayContaining([
        [to + 5, idOf('F')],
        [2 ** 28, idOf('P')],
      ]),
    )
    const { e, v } = decodeRecord(counted as LogRow).data
    expect([1, 2, 3].map((n) => e[v.lastIndexOf(n)])).toEqual([idOf('L'), idOf('F'), idOf('P')])
    const twice = a.entry([{ 'db/id': 'again', 'inv/sku': 'A' }], [['again', from]])
    expect(statuses(await a.push([twice], { prev: counts.txid }))).toEqual(['confirmed'])
    const last = decodeRecord((await a.pull()).rows.at(-1) as LogRow)
    expect(last.data.e[last.data.v.indexOf('A')]).not.toBe(from)
    const elsewhere = await speaker(a.handler)
    const unknown = elsewhere.entry([[':db/add', 2 ** 28, 'inv/count', 4]])
    expect(await elsewhere.push([unknown])).toMatchObject({
      outcomes: [{ status: 'rejected', code: 'tx/unknown-entity' }],
    })
  })
})

describe('a copied profile', () => {
  it('means by its ids what they became when the other copy’s push was decided', async () => {
    const a = await speaker(serverOf())
    const twin = new Speaker(a.handler)
    twin.epoch = (
      await twin.say<RegisterAnswer>('register', { nonce: crypto.randomUUID(), after: 0, of: a.replica })
    ).epoch
    const both = a.entry([{ 'db/id': 'x', 'db/doc': 'made before they parted' }], [['x', 2 ** 28]])
    expect(statuses(await a.push([both]))).toEqual(['confirmed'])
    twin.seq = 1
    const more = twin.entry([[':db/add', 2 ** 28, 'db/ident', ':made']])
    expect(statuses(await twin.push([both, more]))).toEqual(['confirmed', 'confirmed'])
  })
})

describe('schema and migrations', () => {
  it('that are there already are withdrawn, and their ids mean what is there', async () => {
    const a = await speaker(serverOf())
    await a.push([a.entry(SCHEMA)])
    const b = await speaker(a.handler)
    const schema = { ...b.entry([{ 'db/id': 'sku', ...SCHEMA[0] }], [['sku', 2 ** 28]]), schema: true }
    const doc = b.entry([[':db/add', 2 ** 28, 'db/doc', 'said about the id it had offline']])
    const answer = await b.push([schema, doc])
    expect(answer).toMatchObject({
      outcomes: [
        { status: 'withdrawn', became: [[2 ** 28, expect.any(Number)]] },
        { status: 'confirmed', t: 2 },
      ],
    })
    expect(await b.push([schema, doc])).toEqual(answer)
  })
})

describe('who may', () => {
  const authorize: NonNullable<SyncHandlerOptions['authorize']> = (request, name) => {
    const who = request.headers.get('authorization')
    if (who === null || name !== 'shop') return undefined
    return { principal: who, read: true, write: who !== 'reader' }
  }
  const says = (server: SyncHandler, token: string, replica?: string): Speaker => new Speaker(server, replica, token)

  it('is asked at every request, and a replica stays with who registered it', async () => {
    const server = serverOf({ authorize })
    const a = says(server, 'ann')
    await a.register()
    const schema = a.entry(SCHEMA)
    await a.push([schema])
    const thief = says(server, 'bob', a.replica)
    thief.epoch = 1
    for (const attempt of [
      thief.hello(),
      thief.register(),
      thief.push([{ ...schema, seq: 2 }], { prev: schema.txid }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'sync/unauthorized', status: 403 })
    }
    const reader = says(server, 'reader')
    expect(await reader.hello()).toMatchObject({ t: 1 })
    await expect(reader.register()).rejects.toMatchObject({ code: 'sync/unauthorized', status: 403 })
    const nobody = await server(new Request('http://test/sync/shop/pull'))
    expect(nobody.status).toBe(401)
    expect(nobody.headers.get('cache-control')).toBe('no-store')
    expect(await nobody.json()).toMatchObject({ code: 'sync/unauthorized' })
  })

  it('is written into the transaction by the server', async () => {
    const seen: unknown[] = []
    const server = serverOf({
      authorize,
      validate: async ({ principal, txData, before, after }) => {
        seen.push([principal, before.basisT, after.basisT, txData.length > 0])
        const count = txData.find((d) => typeof d.v === 'number' && d.v < 0)
        if (count) throw new Error('no negative counts')
        if (txData.some((d) => d.v === 'forbidden'))
          throw new AnnalsError('tx/forbidden', 'not that', { sku: 'forbidden' })
      },
    })
    const a = says(server, 'ann')
    await a.register()
    const schema = a.entry(SCHEMA)
    const bad = a.entry([{ 'inv/sku': 'S1', 'inv/count': -1 }])
    const worse = a.entry([{ 'inv/sku': 'forbidden' }])
    expect(await a.push([schema, bad, worse])).toMatchObject({
      outcomes: [
        { status: 'confirmed' },
        { status: 'rejected', code: 'tx/refused', message: expect.stringContaining('no negative counts') },
        { status: 'rejected', code: 'tx/forbidden', facts: { sku: 'forbidden' } },
      ],
    })
    expect(seen[0]).toEqual(['ann', 0, 1, true])
  })
})

describe('functions', () => {
  it('one that the server lacks decides nothing, and what follows waits', async () => {
    const kept = memoryRemote()
    const unclosable = { open: (name: string) => kept.open(name), close: async () => {} }
    const a = await speaker(serverOf({ storage: unclosable }))
    const entries = [a.entry(SCHEMA), a.entry([['shop/order', { sku: 'S1' }]]), a.entry([{ 'inv/sku': 'S2' }])]
    expect(await a.push(entries)).toMatchObject({
      outcomes: [{ status: 'confirmed' }],
      stopped: { code: 'sync/unknown-function', message: expect.stringContaining('shop/order') },
    })
    const functions = { 'shop/order': (_db: unknown, { sku }: { sku: string }) => [{ 'inv/sku': sku }] }
    const b = new Speaker(serverOf({ storage: kept, functions }), a.replica)
    b.epoch = 1
    expect(statuses(await b.push(entries))).toEqual(['confirmed', 'confirmed', 'confirmed'])
  })

  it('one that throws refuses its transaction and no other', async () => {
    const functions = {
      'shop/broken': () => {
        throw new TypeError('x is undefined')
      },
    }
    const a = await speaker(serverOf({ functions }))
    const answer = await a.push([a.entry([['shop/broken']]), a.entry(SCHEMA)])
    expect(answer).toMatchObject({
      outcomes: [{ status: 'rejected', message: expect.stringContaining('x is undefined') }, { status: 'confirmed' }],
    })
  })
})

describe('wrong requests', () => {
  const ask = async (request: Request, options?: Partial<SyncHandlerOptions>): Promise<unknown> => {
    const response = await serverOf(options)(request)
    expect(response.headers.get('content-type')).toBe('application/json')
    return { status: response.status, ...((await response.json()) as object) }
  }
  const hello = toCbor({
    protocol: 1,
    replica: crypto.randomUUID(),
    t: 0,
    hash: '',
    functions: [],
    leasedTo: 0,
    want: 0,
  })

  it.each([
    ['no such path', new Request('http://test/sync/shop/dance'), 404, 'http/not-found'],
    ['a name with a slash in it', new Request('http://test/sync/..%2Fetc/pull'), 400, 'http/bad-request'],
    ['a name that starts with a dot', new Request('http://test/sync/.secret/pull'), 400, 'http/bad-request'],
    ['the wrong method', new Request('http://test/sync/shop/push'), 405, 'http/method-not-allowed'],
    ['a number that is none', new Request('http://test/sync/shop/pull?from=-1'), 400, 'http/bad-request'],
    ['a body that is not the protocol', post('hello', '{"hello":1}'), 400, 'sync/malformed'],
    ['no body at all', post('hello', ''), 400, 'sync/malformed'],
    [
      'a form from another page',
      post('hello', hello as never, { 'content-type': 'text/plain' }),
      400,
      'http/bad-request',
    ],
    ['too much', post('push', new Uint8Array(2 * 1024 * 1024)), 413, 'http/too-large'],
    ['another protocol', post('hello', toCbor({ protocol: 2 }) as never), 426, 'sync/upgrade'],
  ])('%s', async (_what, request, status, code) => {
    expect(await ask(request)).toMatchObject({ status, code, message: expect.any(String) })
  })

  it('a body that grows beyond its limit while it is read', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++
        controller.enqueue(new Uint8Array(100_000))
      },
    })
    const request = new Request('http://test/sync/shop/push', {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'content-type': 'application/cbor' },
    } as RequestInit)
    expect(await ask(request)).toMatchObject({ status: 413, code: 'http/too-large' })
    expect(sent).toBeLessThan(30)
  })

  it('a push that contradicts itself', async () => {
    const a = await speaker(serverOf())
    const [one, two] = [a.entry(SCHEMA), a.entry([{ 'inv/sku': 'S1' }])]
    const malformed = { status: 400, code: 'sync/malformed' }
    await expect(a.push([two, one])).rejects.toMatchObject(malformed)
    await expect(a.push([one, { ...two, txid: one.txid }])).rejects.toMatchObject(malformed)
    await expect(a.push(Array.from({ length: 101 }, () => a.entry([])))).rejects.toMatchObject(malformed)
    await expect(a.push([{ ...one, ids: [['x', -1]] }])).rejects.toMatchObject(malformed)
    const garbage = { ...one, intent: Uint8Array.of(0xff) }
    expect(await a.push([garbage])).toMatchObject({ outcomes: [{ status: 'rejected', code: 'sync/malformed' }] })
  })

  it('a transaction of more than the server takes is refused, and what follows is decided', async () => {
    const a = await speaker(serverOf({ limits: { intent: 1000, depth: 4 } }))
    const large = a.entry([{ 'inv/sku': 'x'.repeat(1000) }])
    const deep = a.entry([{ 'inv/sku': [[[[[]]]]] }])
    expect(await a.push([large, deep, a.entry(SCHEMA)])).toMatchObject({
      outcomes: [
        { status: 'rejected', code: 'tx/too-large', facts: { limit: 1000 } },
        { status: 'rejected', code: 'sync/malformed' },
        { status: 'confirmed', t: 1 },
      ],
    })
  })

  it.each([{ body: 1000 }, { batch: 0 }, { page: 1.5 }, { intent: Number.NaN }])(
    'limits that are none: %j',
    (limits) => {
      expect(() => serverOf({ limits })).toThrow(TypeError)
    },
  )

  it('a failing storage says nothing of itself, and drops nothing', async () => {
    const heard: unknown[] = []
    const storage = {
      open: async () => {
        throw new AnnalsError('storage/unavailable', 'password for postgres://secret is wrong', {})
      },
      close: async () => {},
    }
    const answer = await ask(new Request('http://test/sync/shop/pull'), {
      storage,
      onError: (e, where) => heard.push([e, where]),
    })
    expect(answer).toMatchObject({ status: 503, code: 'storage/unavailable' })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(heard).toEqual([
      [expect.objectContaining({ code: 'storage/unavailable' }), { database: 'shop', what: 'pull' }],
    ])
  })
})

describe('following', () => {
  it('pokes at once when there is news and at every change, and ends with its reader or the server', async () => {
    const server = createSyncHandler({ storage: memoryRemote() })
    const a = await speaker(server)
    const stream = await server(new Request('http://test/sync/shop/follow?from=0'))
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    const reader = stream.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
    const next = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value)
    expect(await next()).toBe(': here\n\n')
    await a.push([a.entry(SCHEMA)])
    expect(await next()).toBe('event: poke\ndata: {"t":1}\n\n')
    const other = await server(new Request('http://test/sync/shop/follow?from=0'))
    const heard = await other.body?.getReader().read()
    expect(new TextDecoder().decode(heard?.value)).toBe('event: poke\ndata: {"t":1}\n\n')
    const gone = await server(new Request('http://test/sync/shop/follow'))
    await gone.body?.cancel()
    await server.close()
    expect((await reader.read()).done).toBe(true)
  })
})
