import { expect, it, vi } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { refusal } from '../src/server/answer.ts'
import { createSyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import type { RemoteStore } from '../src/storage/port.ts'
import { Speaker } from './support/speaker.ts'
import { insteadRemote } from './support/wrapped-storage.ts'

it('too many pushes at once are a matter of time: 503', async () => {
  const response = refusal(new AnnalsError('connection/overloaded', 'too many wait already', { waiting: 1 }))
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ code: 'connection/overloaded' })
})

it.each([
  [1, 'well'],
  [2, 'well'],
  [1, 'badly'],
  [2, 'badly'],
])('a database that fails as it is opened, reading its head for time %i, is closed once, if %s', async (fails, how) => {
  const inner = memoryRemote()
  const unwatch = vi.fn()
  const close = vi.fn(async () => {
    if (how === 'badly') throw new Error('it does not close')
  })
  let heads = 0
  const failing = (store: RemoteStore): RemoteStore =>
    insteadRemote(store, {
      head: () => (++heads === fails ? Promise.reject(new Error('the disk is gone')) : store.head()),
      watch: () => unwatch,
      close,
    })
  const heard = vi.fn()
  const storage = { open: async (name: string) => failing(await inner.open(name)), close: () => inner.close() }
  const s = new Speaker(createSyncHandler({ storage, onError: heard }))
  await expect(s.register()).rejects.toMatchObject({ status: 500 })
  expect(String(heard.mock.calls[0]?.[0])).toContain('the disk is gone')
  expect(close).toHaveBeenCalledOnce()
  expect(unwatch).toHaveBeenCalledTimes(fails - 1)
  expect(await s.register()).toEqual({ epoch: 1 })
})

it('a database that does not close keeps no other from closing, nor the storage', async () => {
  const inner = memoryRemote()
  const closed: string[] = []
  const storage = {
    open: async (name: string) =>
      insteadRemote(await inner.open(name), {
        close: async () => {
          if (name === 'bad') throw new Error('it does not close')
          closed.push(name)
        },
      }),
    close: async () => void closed.push('storage'),
  }
  const handler = createSyncHandler({ storage })
  for (const name of ['bad', 'shop', 'yard'])
    await (await handler(new Request(`http://test/sync/${name}/pull`))).arrayBuffer()
  await expect(handler.close()).rejects.toThrow('it does not close')
  expect(closed).toEqual(['shop', 'yard', 'storage'])
})

it('a page read while the storage was restored from a backup is not told as one of the log before', async () => {
  const inner = memoryRemote()
  let epoch = 'before'
  const open = async (name: string) => {
    const store = await inner.open(name)
    return insteadRemote(store, {
      head: async () => ({ ...(await store.head()), epoch }),
      readLog: async (from, limit) => {
        epoch = 'after'
        return store.readLog(from, limit)
      },
    })
  }
  const s = new Speaker(createSyncHandler({ storage: { open, close: () => inner.close() } }))
  expect(await s.pull()).toMatchObject({ logEpoch: 'after' })
})
