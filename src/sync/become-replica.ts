import { AnnalsError } from '../base/errors.ts'
import { randomUuid } from '../base/random-uuid.ts'
import type { IndexRoot, LocalStore } from '../storage/port.ts'
import { rememberCommit } from './plan-identity.ts'
import { readMeta } from './replica-meta.ts'

/** What a replica is opened from. */
export interface Stored {
  readonly root: IndexRoot | undefined
  /** As in {@link ReplicaMeta}. */
  readonly excisions: number
}

/** Gives the store a replica id of its own, if it has none. Throws `sync/has-own-history`. */
export async function becomeReplica(store: LocalStore): Promise<Stored> {
  for (;;) {
    const { heads, meta, root } = await store.read()
    const { replica, excisions } = readMeta(meta)
    if (replica !== '') return { root, excisions }
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
