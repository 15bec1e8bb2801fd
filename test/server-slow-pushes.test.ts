import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { type Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A replica of a server where each transaction takes 400 ms by its clock; `decided` is called with each. */
async function slow(decided: () => void = () => undefined): Promise<Speaker> {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const validate = (): void => {
    now += 400
    decided()
  }
  return speaker(createSyncHandler({ storage: memoryRemote(), rate: false, validate }))
}

describe('a push that takes long', () => {
  it('decides the first so many, and the others when they are pushed again', async () => {
    const s = await slow()
    const entries = [s.entry(SCHEMA), ...['A', 'B', 'C'].map((sku) => s.entry([{ 'inv/sku': sku }]))]
    expect(statuses(await s.push(entries))).toEqual(['confirmed', 'confirmed', 'confirmed'])
    expect(statuses(await s.push(entries.slice(3), { prev: entries[2]?.txid as string }))).toEqual(['confirmed'])
    expect((await s.pull()).rows).toHaveLength(4)
  })

  it('lets others run between its transactions', async () => {
    const turns: string[] = []
    const s = await slow(() => {
      turns.push('transaction')
      setTimeout(() => turns.push('other'), 0)
    })
    await s.push([s.entry(SCHEMA), s.entry([{ 'inv/sku': 'A' }])])
    expect(turns.slice(0, 3)).toEqual(['transaction', 'other', 'transaction'])
  })
})
