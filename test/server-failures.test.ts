import { expect, it, vi } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { refusal } from '../src/server/answer.ts'
import { createSyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import type { RemoteStorage, RemoteStore } from '../src/storage/port.ts'
import { Speaker } from './support/speaker.ts'
import { insteadRemote } from './support/wrapped-storage.ts'

it('too many pushes at once are a matter of time: 503', async () => {
  const response = refusal(new AnnalsError('connection/overloaded', 'too many wait already', { waiting: 1 }))
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ code: 'connection/overloaded' })
})

it.each([1, 2])('a database that fails as it is opened is closed: reading of the head %i', async (fails) => {
  const inner = memoryRemote()
  const close = vi.fn()
  const unwatch = vi.fn()
  let heads = 0
  const failing = (store: RemoteStore): RemoteStore =>
    insteadRemote(store, {
      head: () => (++heads === fails ? Promise.reject(new Error('the disk is gone')) : store.head()),
      watch: () => unwatch,
      close,
    })
  const open: RemoteStorage['open'] = async (name) => failing(await inner.open(name))
  const handler = createSyncHandler({ storage: { open, close: () => inner.close() }, onError: () => undefined })
  const s = new Speaker(handler)
  await expect(s.register()).rejects.toMatchObject({ status: 500 })
  expect(close).toHaveBeenCalledOnce()
  expect(unwatch).toHaveBeenCalledTimes(fails - 1)
  expect(await s.register()).toEqual({ epoch: 1 })
})
