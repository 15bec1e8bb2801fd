import { AnnalsError } from '../base/errors.ts'
import { FIRST_USER_ID } from '../datom/ids.ts'
import type { Excision } from '../engine/excision.ts'
import { excisionIn } from '../engine/plan-excision.ts'
import { decodeRecord } from '../engine/record.ts'
import type { Hello, HelloAnswer, IdRange, Limits } from '../sync/protocol.ts'
import { knowsNoExcisions } from './knows-no-excisions.ts'
import { leasesAbove, nextLease, type Wanting } from './leases.ts'
import type { NodeLog } from './node-log.ts'
import { replicaOf } from './replica-of.ts'

export interface Greeting {
  readonly limits: Limits
  /** Functions that transactions may call. */
  readonly functions: readonly string[]
}

/**
 * Tells a replica how it stands to the log, and gives it the ids that it asks for where it may write. Throws `sync/upgrade` for one that
 * knows of no excisions, `sync/unauthorized` when it is somebody else's.
 */
export async function greet(
  log: NodeLog,
  message: Hello,
  principal: string,
  mayWrite: boolean,
  { limits, functions }: Greeting,
): Promise<HelloAnswer> {
  await log.catchUp()
  const row = await replicaOf(log.store, message.replica, principal)
  const leases = row === undefined ? [] : await leasesOf(log, message, mayWrite)
  return {
    t: log.head.t,
    logEpoch: log.head.epoch,
    base: await compare(log, message),
    excisions: await excisionsAfter(log, message.excised),
    epoch: row?.epoch ?? 0,
    lastSeq: row?.lastSeq ?? 0,
    limits,
    gzip: true,
    leases,
    lacks: message.functions.filter((name) => !functions.includes(name)),
  }
}

async function compare({ head, store }: NodeLog, { t, hash }: Hello): Promise<HelloAnswer['base']> {
  if (t === 0) return 'agrees'
  if (t > head.t) return 'ahead'
  const [row] = t === head.t ? [head] : await store.readLog(t, 1)
  return row?.hash === hash ? 'agrees' : 'differs'
}

/** Those that a replica has not carried out. */
async function excisionsAfter(
  { head, place, store }: NodeLog,
  excised: number | undefined,
): Promise<readonly Excision[]> {
  if (head.excisions <= (excised ?? 0)) return []
  if (excised === undefined) throw knowsNoExcisions()
  const ts = await store.excisions(excised)
  const rows = await Promise.all(ts.map((t) => store.readLog(t, 1)))
  return rows.flat().map((row) => {
    const excision = excisionIn(place.db, decodeRecord(row).data)
    if (excision !== undefined) return excision
    throw new AnnalsError('storage/corrupt', `record ${row.t} does not say what it took out of the log`, { t: row.t })
  })
}

/** The replica's leases above those it knows of; a new one when there are none and it asks. */
async function leasesOf(log: NodeLog, message: Wanting, mayGrant: boolean): Promise<readonly IdRange[]> {
  for (;;) {
    const unknown = leasesAbove(await log.store.leases([message.replica]), message.leasedTo)
    if (unknown.length > 0 || !mayGrant) return unknown
    const lease = nextLease(message, Math.max(log.head.nextId, FIRST_USER_ID))
    if (lease === undefined) return []
    const { from, to } = lease
    if (await log.commit({ nextId: to, leases: [lease] })) {
      log.moveTo({ ...log.place, nextId: to }, [], to)
      return [[from, to]]
    }
    await log.catchUp()
  }
}
