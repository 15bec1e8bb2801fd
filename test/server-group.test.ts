import { describe, expect, it, vi } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { start } from '../src/engine/place.ts'
import { Group } from '../src/server/group.ts'
import { createSyncHandler } from '../src/server/handler.ts'
import { takeFirst } from '../src/server/sent.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import type { RemoteStorage } from '../src/storage/port.ts'
import { type Fate, slowStorage } from './support/slow-storage.ts'
import { type Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'
import { insteadRemote } from './support/wrapped-storage.ts'

const item = (s: Speaker, sku: string) => s.entry([{ 'inv/sku': sku, 'inv/count': 1 }])

async function crowd(size: number) {
  const at = slowStorage()
  /** How many transactions were decided so far. */
  const decided = vi.fn()
  const handler = createSyncHandler({ storage: at.storage, validate: () => decided(), onError: () => undefined })
  const first = await speaker(handler)
  await first.push([first.entry(SCHEMA)])
  const speakers = await Promise.all(Array.from({ length: size }, () => speaker(handler)))
  at.commits.length = 0
  decided.mockClear()
  return { at, handler, first, speakers, decided }
}

it('waiting pushes share one step of the storage', async () => {
  const { at, first, speakers } = await crowd(40)
  const answers = await Promise.all(speakers.map((s, i) => s.push([item(s, `S${i}`)])))
  expect(answers.map(statuses)).toEqual(speakers.map(() => ['confirmed']))
  expect(at.commits.length).toBeLessThanOrEqual(3)
  const { rows } = await first.pull()
  expect(rows.map(({ t }) => t)).toEqual(Array.from({ length: 41 }, (_, i) => i + 1))
})

it('one that is refused, forked or somebody else’s is no affair of the others', async () => {
  const { at, first, speakers } = await crowd(5)
  const [a, b, c, d, e] = speakers as [Speaker, Speaker, Speaker, Speaker, Speaker]
  b.epoch = 9
  const answers = await Promise.allSettled([
    a.push([item(a, 'S1')]),
    b.push([item(b, 'S2')]),
    c.push([c.entry([[':db/cas', ['inv/sku', 'S1'], 'inv/count', 7, 8]])]),
    d.push([{ ...item(d, 'S4'), seq: 3 }]),
    e.push([item(e, 'S5')]),
  ])
  const said = answers.map((x) => (x.status === 'fulfilled' ? statuses(x.value) : x.reason))
  expect(said).toEqual([['confirmed'], 'fork', ['rejected'], 'gap', ['confirmed']])
  expect(at.commits.length).toBeLessThanOrEqual(2)
  expect((await first.pull()).rows).toHaveLength(3)
})

it('the same push twice in one group is confirmed once', async () => {
  const { first, speakers } = await crowd(1)
  const [a] = speakers as [Speaker]
  const entries = [item(a, 'S1'), item(a, 'S2')]
  const [one, two] = await Promise.all([a.push(entries), a.push(entries)])
  expect(two).toEqual(one)
  expect((await first.pull()).rows).toHaveLength(3)
})

it('an entity that one made is seen by the next of the group', async () => {
  const { speakers } = await crowd(2)
  const [a, b] = speakers as [Speaker, Speaker]
  const [, inc] = await Promise.all([
    a.push([item(a, 'S1')]),
    b.push([b.entry([[':db/inc', ['inv/sku', 'S1'], 'inv/count', 1]])]),
  ])
  expect(statuses(inc)).toEqual(['confirmed'])
})

it('ids are leased in the same step, and to each its own', async () => {
  const { at, speakers } = await crowd(10)
  const answers = await Promise.all(speakers.map((s, i) => s.push([item(s, `S${i}`)], { want: 64 })))
  const leases = answers.flatMap((answer) => (answer.kind === 'answers' ? answer.leases : []))
  expect(leases).toHaveLength(10)
  const ids = new Set(leases.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)))
  expect(ids.size).toBe(640)
  expect(at.commits.length).toBeLessThanOrEqual(3)
})

it('a group that lost the race is decided again; one whose storage fails is not acknowledged', async () => {
  const { at, first, speakers } = await crowd(4)
  const fates: ('lost' | 'fails' | undefined)[] = ['lost', 'lost', undefined, 'fails']
  at.fate = () => fates.shift()
  const [a, b, c, d] = speakers as [Speaker, Speaker, Speaker, Speaker]
  const won = await Promise.all([a.push([item(a, 'S1')]), b.push([item(b, 'S2')])])
  expect(won.map(statuses)).toEqual([['confirmed'], ['confirmed']])
  fates.splice(0, fates.length, 'fails')
  const [one, two] = [item(c, 'S3'), item(d, 'S4')]
  const failed = await Promise.allSettled([c.push([one]), d.push([two])])
  expect(failed.map(({ status }) => status)).toContain('rejected')
  expect([statuses(await c.push([one])), statuses(await d.push([two]))]).toEqual([['confirmed'], ['confirmed']])
  expect((await first.pull()).rows).toHaveLength(5)
})

it('one that the storage does not take is no affair of the others', async () => {
  const inner = memoryRemote()
  const poison = crypto.randomUUID()
  const open: RemoteStorage['open'] = async (name) => {
    const store = await inner.open(name)
    const commit: typeof store.commit = async (change) => {
      const isBad = change.outcomes?.some(({ txid }) => txid === poison)
      if (isBad) throw new AnnalsError('internal/assertion', 'a row is there twice', {})
      return store.commit(change)
    }
    return insteadRemote(store, { commit })
  }
  const handler = createSyncHandler({ storage: { open, close: () => inner.close() }, onError: () => undefined })
  const [a, b, c] = [await speaker(handler), await speaker(handler), await speaker(handler)]
  const answers = await Promise.allSettled([
    a.push([a.entry(SCHEMA)]),
    b.push([b.entry([{ 'db/doc': 'poison' }], [], poison)]),
    c.push([c.entry([{ 'db/doc': 'good' }])]),
  ])
  expect(answers.map((x) => (x.status === 'fulfilled' ? statuses(x.value) : x.status))).toEqual([
    ['confirmed'],
    'rejected',
    ['confirmed'],
  ])
})

describe('what comes while a group is being stored', () => {
  /** Two pushes, of which the second needs the first, and is decided while that is being stored; what becomes of the first then. */
  async function second(fate: Fate) {
    const { at, decided, first, speakers } = await crowd(2)
    const [a, b] = speakers as [Speaker, Speaker]
    let release: (fate: Fate) => void = () => undefined
    const fates: Promise<Fate>[] = [new Promise((resolve) => (release = resolve))]
    at.fate = () => fates.shift()
    const one = a.push([item(a, 'S1')])
    await vi.waitFor(() => expect(fates).toEqual([]))
    const two = b.push([b.entry([[':db/inc', ['inv/sku', 'S1'], 'inv/count', 1]])])
    await vi.waitFor(() => expect(decided).toHaveBeenCalledTimes(2))
    expect(at.commits).toEqual([])
    release(fate)
    const answers = await Promise.allSettled([one, two])
    const said = answers.map((x) => (x.status === 'fulfilled' ? statuses(x.value) : x.status))
    return { said, times: decided.mock.calls.length, rows: (await first.pull()).rows.length }
  }

  it('is decided on what that comes to', async () => {
    expect(await second(undefined)).toEqual({ said: [['confirmed'], ['confirmed']], times: 2, rows: 3 })
  })

  it('is decided again when another node was faster', async () => {
    expect(await second('lost')).toEqual({ said: [['confirmed'], ['confirmed']], times: 4, rows: 3 })
  })

  it('is decided without that when the storage fails', async () => {
    expect(await second('fails')).toEqual({ said: ['rejected', ['rejected']], times: 2, rows: 1 })
  })

  it('is known to be the same when it is the same', async () => {
    const { at, decided, first, speakers } = await crowd(1)
    const [a] = speakers as [Speaker]
    let release: () => void = () => undefined
    const fates: Promise<Fate>[] = [new Promise((resolve) => (release = () => resolve(undefined)))]
    at.fate = () => fates.shift()
    const entries = [item(a, 'S1')]
    const one = a.push(entries)
    await vi.waitFor(() => expect(fates).toEqual([]))
    const two = a.push([...entries, item(a, 'S2')])
    await vi.waitFor(() => expect(decided).toHaveBeenCalledTimes(2))
    release()
    expect([statuses(await one), statuses(await two)]).toEqual([['confirmed'], ['confirmed', 'confirmed']])
    expect((await first.pull()).rows).toHaveLength(3)
  })
})

/** What can be reached from `x` by its properties. */
function reachable(x: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof x !== 'object' || x === null || found.has(x)) return found
  found.add(x)
  for (const value of x instanceof Map ? x.values() : Object.values(x)) reachable(value, found)
  return found
}

it('a group keeps what the one before it added, and nothing of those before that', async () => {
  const store = await memoryRemote().open('shop')
  const groups: Group[] = []
  for (let t = 0; t < 3; t++) {
    const place = { ...(await start()), head: { t, hash: '' } }
    const group = new Group(store, place, 8, groups.at(-1))
    const row = { t: t + 1, txid: `tx ${t + 1}`, body: new Uint8Array(), hash: '' }
    group.add({ log: [row], outcomes: [], aliases: [], replicas: [] })
    groups.push(group)
  }
  const [first, , last] = groups as [Group, Group, Group]
  expect((await last.row(2))?.txid).toBe('tx 2')
  expect((await last.row(3))?.txid).toBe('tx 3')
  expect(reachable(last).has(first)).toBe(false)
})

it('a server that stops finishes the pushes that it has, and takes no more', async () => {
  const { at, handler, speakers } = await crowd(20)
  const pushed = speakers.map((s, i) => s.push([item(s, `S${i}`)]))
  // all of them have been read, some are being stored
  while (at.commits.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  const closed = handler.close()
  const late = speakers[0]?.push([item(speakers[0], 'late')])
  await expect(late).rejects.toMatchObject({ status: 503 })
  expect((await Promise.all(pushed)).map(statuses)).toEqual(speakers.map(() => ['confirmed']))
  await closed
  expect(at.stores).toBe(0)
})

it.each([
  ['without transactions', 2, []],
  ['of many bytes', 4, [new Uint8Array(8193)]],
])('pushes %s fill a group as well', (_, size, intents) => {
  const own = { txid: '', seq: 1, basis: 0, instant: 0, ids: [], txs: [] }
  const entries = intents.map((intent) => ({ ...own, intent }))
  const message = { protocol: 1, replica: '', epoch: 1, prev: '', entries, leasedTo: 0, want: 64 }
  const call = { input: { message, principal: '' }, resolve: () => undefined, reject: () => undefined }
  const waiting = [call, call, call]
  expect(takeFirst(waiting, size)).toHaveLength(2)
  expect(waiting).toHaveLength(1)
})
