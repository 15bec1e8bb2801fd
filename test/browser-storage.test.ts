import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let ours: typeof import('../src/client/browser-storage.ts')
beforeEach(async () => {
  vi.resetModules()
  ours = await import('../src/client/browser-storage.ts')
})
afterEach(() => vi.unstubAllGlobals())

const browser = (storage: object | undefined): void => void vi.stubGlobal('navigator', { storage })

describe('askToPersist', () => {
  it('asks once, however often it is called, and takes no for an answer', async () => {
    const persist = vi.fn().mockRejectedValue(new TypeError('not here'))
    browser({ persisted: async () => false, persist })
    ours.askToPersist()
    ours.askToPersist()
    await vi.waitFor(() => expect(persist).toHaveBeenCalledTimes(1))
    ours.askToPersist()
    await Promise.resolve()
    expect(persist).toHaveBeenCalledTimes(1)
  })

  it('does not ask for what was granted', async () => {
    const persist = vi.fn()
    const persisted = vi.fn().mockResolvedValue(true)
    browser({ persisted, persist })
    ours.askToPersist()
    await vi.waitFor(() => expect(persisted).toHaveBeenCalled())
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(persist).not.toHaveBeenCalled()
  })

  it.each([undefined, {}])('does nothing where the browser has %j for it', (storage) => {
    browser(storage)
    expect(ours.askToPersist()).toBeUndefined()
  })
})

describe('browserStorage', () => {
  it('tells what the browser estimates', async () => {
    browser({ estimate: async () => ({ usage: 5, quota: 10 }), persisted: async () => true })
    expect(await ours.browserStorage()).toEqual({ usedBytes: 5, quotaBytes: 10, persisted: true })
  })

  it.each([undefined, {}, { estimate: () => Promise.reject(new TypeError('no')), persisted: async () => true }])(
    'tells nothing where the browser does not: %j',
    async (storage) => {
      browser(storage)
      expect(await ours.browserStorage()).toBeUndefined()
    },
  )
})
