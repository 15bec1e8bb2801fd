import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Durability } from '../src/api/durability.ts'
import { AnnalsError } from '../src/base/errors.ts'
import { SOFT_FOR } from '../src/client/serve/durable-store.ts'
import { DurableStores } from '../src/client/serve/durable-stores.ts'
import { memory } from '../src/storage/memory.ts'
import type { LocalCommit, LocalStore } from '../src/storage/port.ts'
import { localStorageSuite } from './conformance/local-storage.ts'
import { logRow } from './conformance/rows.ts'

const everyChange = { durability: 'relaxed', isOwn: () => true } as const
localStorageSuite('memory made durable', () => new DurableStores().over(memory(), everyChange))

describe('a durable store', () => {
  let stores: DurableStores
  let store: LocalStore
  /** What was committed below it, in order: by t, `-` for an empty change; with `!` where it waited for the disk. */
  let written: string[]
  let failure: AnnalsError | undefined
  let t: number

  beforeEach(() => {
    vi.useFakeTimers()
    written = []
    failure = undefined
    t = 0
  })
  afterEach(async () => {
    await store.close()
    vi.useRealTimers()
  })

  async function open(durability: Durability, isOwn: (change: LocalCommit) => boolean = () => true): Promise<void> {
    stores = new DurableStores()
    const inner = memory()
    const recorded = async (name: string): Promise<LocalStore> => {
      const below = await inner.open(name)
      const commit = below.commit.bind(below)
      below.commit = async (change) => {
        if (failure) throw failure
        const outcome = await commit(change)
        const what = outcome === 'lost' ? 'lost' : String(change.log?.at(-1)?.t ?? '-')
        written.push(change.durability === 'strict' ? `${what}!` : what)
        return outcome
      }
      return below
    }
    store = await stores.over({ ...inner, open: recorded }, { durability, isOwn }).open('shop')
  }
  const append = (): Promise<'committed' | 'lost'> => store.commit({ expect: { t }, log: [logRow(++t)] })

  it('that is strict waits for the disk each time', async () => {
    await open('strict')
    await append()
    await append()
    expect(written).toEqual(['1!', '2!'])
    await vi.advanceTimersByTimeAsync(5 * SOFT_FOR)
    expect(written).toHaveLength(2)
  })

  it('that is relaxed waits for it once within a second, and not again', async () => {
    await open('relaxed')
    await append()
    await append()
    await vi.advanceTimersByTimeAsync(SOFT_FOR - 1)
    expect(written).toEqual(['1', '2'])
    await vi.advanceTimersByTimeAsync(1)
    expect(written).toEqual(['1', '2', '-!'])
    await vi.advanceTimersByTimeAsync(5 * SOFT_FOR)
    expect(written).toHaveLength(3)
    await append()
    await vi.advanceTimersByTimeAsync(SOFT_FOR)
    expect(written.slice(3)).toEqual(['3', '-!'])
  })

  it('spares the disk a commit of nothing where a strict one comes anyway', async () => {
    await open('relaxed')
    await append()
    await store.commit({ expect: { t }, log: [logRow(++t)], durability: 'strict' })
    await vi.advanceTimersByTimeAsync(5 * SOFT_FOR)
    expect(written).toEqual(['1', '2!'])
  })

  it('makes a commit that comes late strict by itself', async () => {
    await open('relaxed')
    await append()
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + SOFT_FOR)
    await append()
    vi.restoreAllMocks()
    await vi.advanceTimersByTimeAsync(5 * SOFT_FOR)
    expect(written).toEqual(['1', '2!'])
  })

  it('wakes no disk for what a remote has', async () => {
    await open('relaxed', ({ enqueue }) => enqueue !== undefined)
    await append()
    await vi.advanceTimersByTimeAsync(5 * SOFT_FOR)
    expect(written).toEqual(['1'])
    await store.commit({ expect: { seq: 0 }, enqueue: [{ seq: 1, txid: 'p', body: new Uint8Array() }] })
    await vi.advanceTimersByTimeAsync(SOFT_FOR)
    expect(written).toEqual(['1', '-', '-!'])
  })

  it('wakes no disk for a lost commit, nor does a lost one count as a strict one', async () => {
    await open('relaxed')
    await store.commit({ expect: { t: 7 }, log: [logRow(8)] })
    await vi.advanceTimersByTimeAsync(5 * SOFT_FOR)
    expect(written).toEqual(['lost'])
    await append()
    await store.commit({ expect: { t: 7 }, log: [logRow(8)], durability: 'strict' })
    await vi.advanceTimersByTimeAsync(SOFT_FOR)
    expect(written).toEqual(['lost', '1', 'lost!', '-!'])
  })

  it('is hardened at once when asked, as it is when it closes', async () => {
    await open('relaxed')
    await append()
    await stores.harden()
    await stores.harden()
    expect(written).toEqual(['1', '-!'])
    await append()
    await store.close()
    expect(written).toEqual(['1', '-!', '2', '-!'])
    await stores.harden()
    expect(written).toHaveLength(4)
  })

  it('tries again each second while the disk refuses', async () => {
    await open('relaxed')
    await append()
    failure = new AnnalsError('storage/quota-exceeded', 'full')
    await vi.advanceTimersByTimeAsync(3 * SOFT_FOR)
    await expect(append()).rejects.toBe(failure)
    t--
    failure = undefined
    await vi.advanceTimersByTimeAsync(SOFT_FOR)
    expect(written).toEqual(['1', '-!'])
  })

  it('gives up on a database that is gone', async () => {
    await open('relaxed')
    await append()
    failure = new AnnalsError('storage/closed', 'gone')
    await vi.advanceTimersByTimeAsync(SOFT_FOR)
    expect(vi.getTimerCount()).toBe(0)
  })
})
