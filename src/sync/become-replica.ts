import { AnnalsError } from '../base/errors.ts'
import { randomUuid } from '../base/random-uuid.ts'
import type { LocalStore } from '../storage/port.ts'
import { rememberCommit } from './plan-identity.ts'
import { readMeta } from './replica-meta.ts'

/** Gives the store a replica id of its own, if it has none. Throws `sync/has-own-history`. */
export async function becomeReplica(store: LocalStore): Promise<void> {
  for (;;) {
    const { heads, meta } = await store.read(Number.MAX_SAFE_INTEGER)
    if (readMeta(meta).replica !== '') return
    if (heads.confirmed.t > 0) {
      throw new AnnalsError(
        'sync/has-own-history',
        `this database was made without sync and has ${heads.confirmed.t} transactions of its own; sync starts from an empty one: open it under another name, and bring over what you need as transactions`,
        { t: heads.confirmed.t },
      )
    }
    await store.commit({
      ...rememberCommit(heads.claim, { replica: randomUuid() }),
      expect: { claim: heads.claim, t: 0 },
    })
  }
}
