import type { LocalStorage } from '../../src/storage/port.ts'
import { instead, wrapped } from './wrapped-storage.ts'

/** `storage` whose process dies at the write numbered `at`, before or after it has reached the disk. */
export function mortal(storage: LocalStorage, at: number) {
  let writes = 0
  let die: () => void
  const life = {
    died: false,
    death: new Promise<void>((resolve) => {
      die = resolve
    }),
  }
  const never = new Promise<never>(() => undefined)
  const write = async <T>(doing: () => Promise<T>): Promise<T> => {
    if (life.died) return never
    if (writes++ < at) return doing()
    life.died = true
    if (at % 2 === 1) await doing()
    die()
    return never
  }
  const place = wrapped(storage, (store) =>
    instead(store, {
      commit: (change) => write(() => store.commit(change)),
      beginIndexing: () => write(() => store.beginIndexing()),
      commitIndex: (epoch, change) => write(() => store.commitIndex(epoch, change)),
    }),
  )
  return { life, place }
}
