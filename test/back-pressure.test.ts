import { describe, expect, it } from 'vitest'
import { CallQueue } from '../src/engine/call-queue.ts'
import { open } from '../src/engine.ts'
import { memory } from '../src/storage/memory.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

describe('who writes faster than can be followed', () => {
  it('is refused when too many calls wait, and nothing that waits is lost', async () => {
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const run = async (calls: readonly { readonly input: number; resolve(n: number): void }[]) => {
      await gate
      for (const call of calls) call.resolve(call.input)
    }
    const queue = new CallQueue<number, number>(run, 2, 5)
    const first = queue.add(0)
    const waiting = [1, 2, 3, 4].map((n) => queue.add(n))
    await expect(queue.add(5)).rejects.toMatchObject({ code: 'connection/overloaded', data: { waiting: 5 } })
    open()
    expect(await Promise.all([first, ...waiting])).toEqual([0, 1, 2, 3, 4])
    expect(await queue.add(6)).toBe(6)
  })

  it('waits for the indexes where they are far behind', async () => {
    const told: string[] = []
    let merge: () => void = () => undefined
    const merging = new Promise<void>((resolve) => {
      merge = () => {
        told.push('merged')
        resolve()
      }
    })
    const storage = wrapped(memory(), (store) =>
      instead(store, {
        commitIndex: async (...args) => {
          await merging
          return store.commitIndex(...args)
        },
      }),
    )
    const conn = await open('behind', { storage, indexing: { novelty: 8 } })
    await conn.transact(Array.from({ length: 600 }, (_, i) => ({ 'db/doc': `d${i}` })))
    const next = conn.transact([{ 'db/doc': 'next' }]).then(() => told.push('written'))
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 0))
    merge()
    await next
    expect(told).toEqual(['merged', 'written'])
    await conn.close()
  })
})
