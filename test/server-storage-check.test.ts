import { expect, it } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { storageCheck } from '../src/server/storage-check.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'

const checked = (check: () => Promise<void>) => storageCheck({ ...memoryRemote(), check }, 20)

it('a storage that is silent counts as one that fails, and is asked once at a time', async () => {
  let asked = 0
  const check = checked(() => {
    asked++
    return new Promise(() => undefined)
  })
  const all = await Promise.allSettled([check(), check()])
  expect(all).toMatchObject([{ reason: { code: 'storage/failed' } }, { reason: { code: 'storage/failed' } }])
  await expect(check()).rejects.toMatchObject({ code: 'storage/failed' })
  expect(asked).toBe(1)
})

it('what it says itself is told, and it is asked anew', async () => {
  let fails = true
  const check = checked(async () => {
    if (fails) throw new AnnalsError('storage/unavailable', 'it is being restarted')
  })
  await expect(check()).rejects.toMatchObject({ code: 'storage/unavailable' })
  fails = false
  await check()
})
