import { AnnalsError } from '../base/errors.ts'
import type { RemoteStore, ReplicaRow } from '../storage/port.ts'

/** The replica's row; throws `sync/unauthorized` when it belongs to somebody else. */
export async function replicaOf(store: RemoteStore, id: string, principal: string): Promise<ReplicaRow | undefined> {
  const row = (await store.replicas([id])).get(id)
  if (row !== undefined) checkOwner(row, principal)
  return row
}

/** Throws `sync/unauthorized`. */
export function checkOwner({ replica, principal }: ReplicaRow, caller: string): void {
  if (principal === caller) return
  throw new AnnalsError('sync/unauthorized', `replica ${replica} belongs to another user; its queue stays theirs`, {
    status: 403,
  })
}
