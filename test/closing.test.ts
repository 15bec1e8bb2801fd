import { expect, it } from 'vitest'
import { memory, open } from '../src/engine.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

it('who closes while he reads what another has written is told of no failure', async () => {
  const storage = memory()
  const slow = wrapped(storage, (store) =>
    instead(store, {
      async readLog(from, limit) {
        await new Promise((resolve) => setTimeout(resolve, 0))
        return store.readLog(from, limit)
      },
    }),
  )
  const writer = await open('shop', { storage, schema: { 'p/n': { type: 'long' } } })
  const closing = await open('shop', { storage: slow })
  const told: unknown[] = []
  closing.health.subscribe(() => told.push(...closing.health.getSnapshot()))
  await writer.transact([{ 'p/n': 1 }])
  await closing.close()
  await new Promise((resolve) => setTimeout(resolve, 0))
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(told).toEqual([])
  await writer.close()
})
