import { beforeEach, onTestFinished } from 'vitest'
import type { LocalCommit, LocalStorage, LocalStore } from '../../src/storage/port.ts'
import { logRow, queueRow, range } from './rows.ts'

type Outcome = Promise<'committed' | 'lost'>

export interface LocalPlace {
  storage: LocalStorage
  /** The name of `store`'s database. */
  place: string
  store: LocalStore
  /** Another store of the same database, closed after the test. */
  open(): Promise<LocalStore>
  commit(change: LocalCommit): Outcome
  /** Rows `from..to` of the log. */
  append(from: number, to: number): Outcome
  /** Rows `from..to` of the queue. */
  enqueue(from: number, to: number): Outcome
}

let serial = 0

/** A new database before each test, open in `store`; destroyed after it. */
export function storeBeforeEach(makeStorage: () => LocalStorage): LocalPlace {
  const commit = (change: LocalCommit): Outcome => at.store.commit(change)
  const at = {
    async open() {
      const opened = await at.storage.open(at.place)
      onTestFinished(() => opened.close())
      return opened
    },
    commit,
    append: (from, to) => commit({ expect: { t: from - 1 }, log: range(from, to, logRow) }),
    enqueue: (from, to) => commit({ expect: { seq: from - 1 }, enqueue: range(from, to, (seq) => queueRow(seq)) }),
  } as LocalPlace

  beforeEach(async () => {
    at.storage = makeStorage()
    at.place = `conformance ${Date.now()} ${serial++} é/✓`
    at.store = await at.storage.open(at.place)
    return async () => {
      await at.store.close()
      await at.storage.destroy(at.place)
    }
  })
  return at
}
