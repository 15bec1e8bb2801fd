import { expect } from 'vitest'
import { Builtin } from '../../../src/datom/builtin.ts'
import { tOfTx } from '../../../src/datom/ids.ts'
import { readValue } from '../../../src/datom/read-value.ts'
import type { Db } from '../../../src/db/db.ts'
import { emptyDb } from '../../../src/db/empty.ts'
import { entityWith } from '../../../src/db/entity.ts'
import { scan } from '../../../src/db/view.ts'
import { createRuntime } from '../../../src/engine/create-runtime.ts'
import { decodeRecord } from '../../../src/engine/record.ts'
import { applyRows } from '../../../src/engine/replay.ts'
import { overlay } from '../../../src/sync/overlay.ts'
import type { PredictEnv } from '../../../src/sync/predict.ts'
import { decodeQueueBody } from '../../../src/sync/queue-body.ts'
import { ReplicaLedger } from '../../../src/sync/replica-ledger.ts'
import { readMeta } from '../../../src/sync/replica-meta.ts'
import type { ReplicaState } from '../../../src/sync/replica-state.ts'
import type { Cluster } from './cluster.ts'
import type { Device } from './device.ts'
import { copyOf } from './mortal-store.ts'

/** Everything that was ever said. */
function all(db: Db): string[] {
  const out: string[] = []
  for (const b of scan({ ...db, view: { asOf: undefined, since: undefined, history: true } }, 'eavt', {}).batches()) {
    for (let i = b.start; i < b.end; i++) out.push(`${b.e[i]} ${b.a[i]} ${String(b.v[i])} ${b.tx[i]} ${b.added?.[i]}`)
  }
  return out
}

export const datomsOf = async (device: Device): Promise<unknown[]> => {
  const [tab] = device.tabs
  return tab === undefined ? [] : all(tab.replica.ledger.db)
}

const STAMPS: ReadonlySet<string> = new Set([Builtin.txInstant, Builtin.txReplica].map(String))
/** All but what a run at another time, or under the replica's other name, stamps otherwise. */
const unstamped = (db: Db): string[] => all(db).filter((fact) => !STAMPS.has(fact.split(' ')[1] as string))

/** Whether both have taken in the same steps. */
const isAt = (a: ReplicaState, b: ReplicaState): boolean =>
  a.claim === b.claim &&
  a.seq === b.seq &&
  a.head.t === b.head.t &&
  a.meta.generation === b.meta.generation &&
  a.entries.length === b.entries.length

/**
 * What can be seen at any moment. 9: what was promised is in view until it has come to its end. And whoever opens the store now
 * sees what its tabs see.
 */
export async function checkInBetween(device: Device): Promise<void> {
  const store = await (await copyOf(device.storage)).open('shop')
  const stored = await store.read()
  const { generation } = readMeta(stored.meta)
  const stale = stored.queue.filter((row) => decodeQueueBody(row).generation !== generation)
  const again = await ReplicaLedger.open(store, createRuntime({}))
  const { entries, rejected, confirmed } = again.state
  const here = new Set([...entries.map((p) => p.txid), ...rejected.keys(), ...device.dealtWith])
  for (const { txid } of device.acked) {
    if (here.has(txid)) continue
    const tx = await entityWith(confirmed, Builtin.txId, readValue('uuid', txid, ''))
    expect({ device: device.name, txid, tx }).toEqual({ device: device.name, txid, tx: expect.any(Number) })
  }
  if (device.alone) expect(stale).toEqual([])
  // what one tab queues while another changes what it was built on is decided anew in each, with ids of its own
  if (stale.length > 0) return
  for (const { replica } of device.tabs) {
    if (isAt(replica.ledger.state, again.state)) expect(all(replica.ledger.db)).toEqual(all(again.db))
  }
  // nothing that is pending would come to anything else now
  const env: PredictEnv = {
    runtime: createRuntime({}),
    replica: again.state.meta.replica,
    generation: -1,
    take: () => {
      throw new Error('a run that is repeated needs no new ids')
    },
    datomsOf: async (tx) => {
      const [row] = await again.readLog(tOfTx(tx), 1)
      return row && decodeRecord(row).data
    },
    txidOf: () => undefined,
  }
  const { view } = await overlay(again.state.confirmed, again.state.entries, env)
  expect(unstamped(again.db)).toEqual(unstamped(view))
  await again.close()
}

/** The invariants of SYNC.md that can be seen when all is quiet. */
export async function check(cluster: Cluster, devices: readonly Device[]): Promise<void> {
  const remote = await cluster.storage.open('shop')
  const rows = await remote.readLog(1)
  // 1: dense, and the chain holds; 5: what a replica has is the fold of the log
  const { db, head } = await applyRows(await emptyDb(), { t: 0, hash: '' }, rows)
  const facts = all(db)
  // 2: at most once
  const places = new Map(rows.map((row) => [row.txid, row.t]))
  expect(places.size).toBe(rows.length)
  for (const device of devices) {
    for (const { replica } of device.tabs) {
      const { state } = replica.ledger
      expect([device.name, state.head]).toEqual([device.name, head])
      expect(all(state.confirmed)).toEqual(facts)
      expect(all(state.view)).toEqual(facts)
      // two living copies of one profile give out the same ids: there an old name of one may be the other's entity
      if (state.meta.lineage.length > 0) continue
      for (const [from, to] of state.confirmed.aliases) {
        expect(from).not.toBe(to)
        expect(state.confirmed.aliases.has(to)).toBe(false)
      }
    }
    // 7: what was promised is confirmed, visibly refused, or was taken back
    const [tab] = device.tabs
    const { rejected } = (tab as (typeof device.tabs)[number]).replica.ledger.state
    const outcomes = await remote.outcomes(device.acked.map((a) => a.txid))
    for (const { txid } of device.acked) {
      const outcome = outcomes.get(txid)
      if (places.has(txid)) expect(outcome).toMatchObject({ t: places.get(txid), code: undefined })
      else if (outcome?.code === 'withdrawn') expect(rejected.has(txid)).toBe(false)
      else
        expect({ txid, outcome, rejected: rejected.has(txid) || device.dealtWith.has(txid) }).toMatchObject({
          rejected: true,
        })
    }
  }
  for (const { name, acked } of devices) {
    // 4: each replica's transactions are confirmed in the order of creation
    const order = [...acked].sort((a, b) => a.seq - b.seq).flatMap(({ txid }) => places.get(txid) ?? [])
    expect([name, order]).toEqual([name, [...order].sort((a, b) => a - b)])
  }
  await remote.close()
}
