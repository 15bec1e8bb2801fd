import { describe } from 'vitest'
import type { LocalStorage } from '../../src/storage/port.ts'
import { localCommitsSuite } from './local-commits.ts'
import { localIndexSuite } from './local-index.ts'
import { localLivesSuite } from './local-lives.ts'

/** What every {@link LocalStorage} must do. `makeStorage` may give the same place twice: names are the suite's own. */
export function localStorageSuite(name: string, makeStorage: () => LocalStorage): void {
  describe(`${name} as a LocalStorage`, () => {
    describe('commits', () => localCommitsSuite(makeStorage))
    describe('indexes', () => localIndexSuite(makeStorage))
    describe('lives', () => localLivesSuite(makeStorage))
  })
}
