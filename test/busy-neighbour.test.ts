import { expect, it } from 'vitest'
import { memory, open } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'

it('who cannot read as fast as another writes looks at the tail once for many hints, and writes in its turn', async () => {
  const storage = memory()
  const schema = { 'inv/count': { type: 'long' } } as const
  const busy = await open('shop', { storage, schema })
  let reads = 0
  let held: Promise<void> | undefined
  const slow: LocalStorage = {
    ...storage,
    async open(name) {
      const store = await storage.open(name)
      const read = store.read.bind(store)
      store.read = async () => {
        reads++
        await held
        return read()
      }
      return store
    },
  }
  const behind = await open('shop', { storage: slow, schema })

  let release = (): void => undefined
  held = new Promise<void>((resolve) => {
    release = resolve
  })
  const before = reads
  await busy.transact([{ 'inv/count': 0 }])
  const own = behind.transact([{ 'inv/count': -1 }])
  for (let n = 1; n <= 40; n++) await busy.transact([{ 'inv/count': n }])
  release()
  await own
  await behind.transact([{ 'inv/count': -2 }])
  expect(await behind.db().q('[:find (max ?n) . :where [_ :inv/count ?n]]')).toBe(40)
  expect(reads - before).toBeLessThanOrEqual(6)
  await behind.close()
  await busy.close()
})
