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

/** Gives the store a replica id of its own, if it has none. The log that it may have is the remote's to adopt. */
export async function becomeReplica(store: LocalStore): Promise<Stored> {
  for (;;) {
    const { heads, meta, root } = await store.read(undefined, Number.MAX_SAFE_INTEGER)
    const { replica, excisions } = readMeta(meta)
    if (replica !== '') return { root, excisions }
    const { t } = heads.confirmed
    await store.commit({
      ...rememberCommit(heads.claim, { replica: randomUuid(), attaching: t > 0 }),
      expect: { claim: heads.claim, t },
    })
  }
}
