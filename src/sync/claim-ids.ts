import type { Db } from '../db/db.ts'
import type { LocalStore } from '../storage/port.ts'
import { type IdPool, takeBlock } from './id-pool.ts'
import { rememberCommit } from './plan-identity.ts'
import type { ReplicaMeta } from './replica-meta.ts'
import type { ReplicaState } from './replica-state.ts'
import { unusedIds } from './unused-ids.ts'

/** Claims a block of ids in the store, for `pool`; returns what is left of them there, undefined when another tab was first. */
export async function claimIds(
  store: LocalStore,
  pool: IdPool,
  { meta, claim }: Pick<ReplicaState, 'meta' | 'claim'>,
  view: Db,
): Promise<Partial<ReplicaMeta> | undefined> {
  const { block, left } = takeBlock(meta, pool.nextClaim())
  if ((await store.commit(rememberCommit(claim, left))) === 'lost') return undefined
  for (const free of await unusedIds(view, block)) pool.add(free)
  return left
}
