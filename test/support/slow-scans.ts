import type { Scan } from '../../src/db/scan.ts'

type View = typeof import('../../src/db/view.ts')

/** While `on`, scans must be loaded first: how many were, and how often a reader had to wait for one or several together. */
export const slow = { on: false, waits: 0, reads: 0, turn: undefined as Promise<void> | undefined }

/** What src/db/view.ts exports, over a slow store. */
export const slowView = (real: View): View => ({
  ...real,
  scan: (...args) => {
    const found = real.scan(...args)
    return slow.on ? slowScan(found) : found
  },
})

function slowScan(found: Scan): Scan {
  let loaded = found.count === 0
  return {
    count: found.count,
    get whereabouts() {
      return loaded ? found.whereabouts : 'stored'
    },
    load: () => {
      if (loaded) return undefined
      slow.reads++
      slow.turn ??= nextTurn()
      return slow.turn.then(() => {
        loaded = true
      })
    },
    batches: () => {
      if (!loaded) throw new Error('read before it was loaded')
      return found.batches()
    },
  }
}

function nextTurn(): Promise<void> {
  slow.waits++
  return new Promise((resolve) =>
    setImmediate(() => {
      slow.turn = undefined
      resolve()
    }),
  )
}
