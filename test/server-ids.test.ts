import { expect, it } from 'vitest'
import { PROVISIONAL_BASE } from '../src/datom/ids.ts'
import { createSyncHandler } from '../src/server/handler.ts'
import { leasedIds } from '../src/server/leased-ids.ts'
import { leasesAbove } from '../src/server/leases.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { type Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'

/** A replica of a database whose next id is `nextId`. */
async function speakerAt(nextId: number): Promise<Speaker> {
  const storage = memoryRemote()
  const store = await storage.open('shop')
  await store.commit({ nextId, expect: { ...(await store.head()), t: 0 } })
  return speaker(createSyncHandler({ storage, rate: false }))
}

const leasesOf = async (s: Speaker, leasedTo: number): Promise<unknown> => {
  const pushed = await s.push([], { leasedTo, want: 64 })
  return [(await s.hello({ leasedTo, want: 64 })).leases, pushed.kind === 'answers' && pushed.leases]
}

it('one that claims leases it was never given gets none', async () => {
  const s = await speakerAt(1000)
  expect(await leasesOf(s, 2 ** 40)).toEqual([[], []])
  expect((await s.hello({ want: 64 })).leases).toEqual([[1000, 1064]])
})

it('the last ids are not lent, and are still given to what is new', async () => {
  const s = await speakerAt(PROVISIONAL_BASE - 2 ** 26)
  expect(await leasesOf(s, 0)).toEqual([[], []])
  expect(statuses(await s.push([s.entry(SCHEMA)]))).toEqual(['confirmed'])
})

it('a transaction is refused when no ids are left for what it makes', async () => {
  const s = await speakerAt(PROVISIONAL_BASE - 1)
  expect(await s.push([s.entry(SCHEMA)])).toMatchObject({ outcomes: [{ status: 'rejected', code: 'tx/too-large' }] })
})

it('leases are told lowest first, however they were read', () => {
  const leases = [30, 10, 20].map((from) => ({ replica: 'a', from, to: from + 10 }))
  expect(leasesAbove(leases, 20)).toEqual([
    [20, 30],
    [30, 40],
  ])
})

it('an id is looked for in many leases without looking at each', () => {
  let looks = 0
  const leases = Array.from({ length: 1000 }, (_, i) => ({
    replica: 'a',
    get from() {
      looks++
      return 10_000 - 10 * i
    },
    // every third has a neighbour
    to: 10_000 - 10 * i + (i % 3 === 0 ? 10 : 5),
  }))
  const isLeased = leasedIds(leases)
  looks = 0
  const found = Array.from({ length: 11_000 }, (_, id) => id).filter(isLeased)
  expect(looks).toBe(0)
  expect(found).toEqual(
    leases.toReversed().flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)),
  )
})
