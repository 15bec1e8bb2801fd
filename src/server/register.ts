import { AnnalsError } from '../base/errors.ts'
import { FIRST_USER_ID } from '../datom/ids.ts'
import type { Register, RegisterAnswer } from '../sync/protocol.ts'
import type { NodeLog } from './node-log.ts'
import { replicaOf } from './replica-of.ts'

/**
 * Gives a replica its next epoch. Throws `sync/fork` when `after` is not its current one, `sync/unauthorized` when it is somebody
 * else's.
 */
export async function register(
  log: NodeLog,
  { replica, nonce, after, of }: Register,
  principal: string,
): Promise<RegisterAnswer> {
  const { store } = log
  for (;;) {
    await log.catchUp()
    const row = await replicaOf(store, replica, principal)
    if (row?.nonce === nonce) return { epoch: row.epoch }
    if (row !== undefined && row.epoch !== after) {
      const { epoch } = row
      throw new AnnalsError('sync/fork', `replica ${replica} is in epoch ${epoch}, not ${after}`, { epoch })
    }
    const parent = of === undefined ? undefined : await replicaOf(store, of, principal)
    const inherited = row === undefined && parent !== undefined ? await store.aliases([parent.replica]) : []
    const epoch = after + 1
    const isStored = await log.commit({
      replicas: [{ replica, epoch, nonce, lastSeq: 0, lastTxid: '', principal }],
      aliases: inherited.map((alias) => ({ ...alias, replica })),
      // an id is spent, so that the same registration at another node loses
      ...(inherited.length > 0 && { nextId: Math.max(log.head.nextId, FIRST_USER_ID) + 1 }),
    })
    if (isStored) return { epoch }
  }
}
