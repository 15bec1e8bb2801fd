import type { Excise, ExciseAnswer } from '../sync/protocol.ts'
import type { Deciding } from './decide.ts'
import { decidedBefore, decideExcision } from './decide-excision.ts'
import type { NodeLog } from './node-log.ts'
import { replicaOf } from './replica-of.ts'

/** Takes facts out of the log and adds the transaction that says so, as one step; the same txid once. */
export async function excise(
  log: NodeLog,
  message: Excise,
  principal: string,
  deciding: Deciding,
): Promise<ExciseAnswer> {
  const { store } = log
  for (;;) {
    await log.catchUp()
    const known = (await store.outcomes([message.txid])).get(message.txid)
    if (known !== undefined) return decidedBefore(known)
    await replicaOf(store, message.replica, principal)
    const aliases = (await store.aliases([message.replica])).map(({ id, final }) => [id, final] as const)
    const author = { replica: message.replica, principal, isLeased: () => false, aliases: new Map(aliases) }
    const rows = await store.readLog(1, log.head.t)
    const { answer, done } = await decideExcision(message, rows, log.place, author, deciding)
    if (done === undefined) return answer
    if (!(await log.commit(done.commit))) continue
    await log.catchUp()
    return answer
  }
}
