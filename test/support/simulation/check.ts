import { isAnnalsError } from '../../../src/base/errors.ts'
import { Builtin } from '../../../src/datom/builtin.ts'
import { isPendingTx, tOfTx } from '../../../src/datom/ids.ts'
import { readValue } from '../../../src/datom/read-value.ts'
import { findAttribute } from '../../../src/datom/schema.ts'
import { showValue } from '../../../src/datom/show-value.ts'
import type { TxData } from '../../../src/datom/tx-data.ts'
import type { Value } from '../../../src/datom/value.ts'
import type { Db } from '../../../src/db/db.ts'
import { emptyDb } from '../../../src/db/empty.ts'
import { entityWith } from '../../../src/db/entity.ts'
import { createRuntime } from '../../../src/engine/create-runtime.ts'
import { excisionIn } from '../../../src/engine/plan-excision.ts'
import { decodeRecord } from '../../../src/engine/record.ts'
import { applyRows } from '../../../src/engine/replay.ts'
import type { LogRow, OutcomeRow } from '../../../src/storage/port.ts'
import { withAliases } from '../../../src/sync/aliases.ts'
import { fromQueueRow, isCurrent, pendingTx } from '../../../src/sync/pending.ts'
import { applyEntries, type PredictEnv, predict } from '../../../src/sync/predict.ts'
import { ReplicaLedger } from '../../../src/sync/replica-ledger.ts'
import { readMeta } from '../../../src/sync/replica-meta.ts'
import type { ReplicaState } from '../../../src/sync/replica-state.ts'
import { verdictOf } from '../../../src/sync/verdict.ts'
import type { Cluster } from './cluster.ts'
import type { Device, Promised, Tab } from './device.ts'
import { type Facts, factsOf, holdEqual, unstamped } from './facts.ts'
import { FUNCTIONS } from './functions.ts'
import { copyOf } from './mortal-store.ts'
import { hold, type Invariant, Violation } from './violation.ts'

const runtime = createRuntime({ functions: FUNCTIONS })

/** Whether both have taken in the same steps. */
const isAt = (a: ReplicaState, b: ReplicaState): boolean =>
  a.claim === b.claim &&
  a.seq === b.seq &&
  a.head.t === b.head.t &&
  a.meta.generation === b.meta.generation &&
  a.entries.length === b.entries.length

/**
 * What can be seen at any moment: what was promised is in view until it has come to its end, whoever opens the store now sees
 * what its tabs see, and nothing that is pending would come to anything else now.
 */
export async function checkInBetween(device: Device): Promise<void> {
  const store = await (await copyOf(device.storage)).open('shop')
  const stored = await store.read()
  const meta = readMeta(stored.meta)
  const stale = stored.queue.some((row) => !isCurrent(fromQueueRow(row), meta))
  const again = await ReplicaLedger.open(store, runtime)
  await holdInView(device, again.state)
  hold(!device.alone || !stale, 'nothing stale', () => `${device.name} has predictions of another generation`)
  // what one tab queues while another changes what it was built on is decided anew in each, with ids of its own
  if (!stale) {
    const facts = await factsOf(again.db)
    for (const { replica } of device.tabs) {
      if (isAt(replica.ledger.state, again.state)) await holdFacts(replica.ledger.db, facts, 'tabs agree', device.name)
    }
    holdEqual(await unstamped(again.db), await unstamped(await runAnew(again)), 'nothing stale', device.name)
  }
  await again.close()
}

async function holdInView(device: Device, { entries, rejected, confirmed }: ReplicaState): Promise<void> {
  const here = new Set([...entries.map((p) => p.txid), ...rejected.keys(), ...device.dealtWith])
  for (const { txid, schema } of device.acked) {
    const seen = schema || here.has(txid) || (await txOf(confirmed, txid)) !== undefined
    hold(seen, 'stays in view', () => `${device.name} no longer has ${txid}`)
  }
}

const txOf = (db: Db, txid: string): Promise<number | undefined> =>
  Promise.resolve(entityWith(db, Builtin.txId, readValue('uuid', txid, '')))

/** What the queue comes to when each of its transactions runs again. */
async function runAnew(ledger: ReplicaLedger): Promise<Db> {
  const { confirmed, entries, meta } = ledger.state
  const predicted = new Map<number, TxData | undefined>()
  const env: PredictEnv = {
    runtime,
    replica: meta.replica,
    generation: -1,
    take: () => {
      throw new Violation('nothing stale', 'a run that is repeated needs no new ids')
    },
    datomsOf: async (tx) => {
      if (isPendingTx(tx)) return predicted.get(tx)
      const [row] = await ledger.readLog(tOfTx(tx), 1)
      return row && decodeRecord(row).data
    },
    txidOf: () => undefined,
    ran: () => undefined,
    breathe: () => undefined,
  }
  let view = confirmed
  for (const entry of entries.filter((p) => p.t === undefined)) {
    if (entry.body.withdrawn) view = withAliases(view, entry.body.replaced)
    else {
      const ran = await predict(view, entry, env).catch((e: unknown) => {
        if (verdictOf(e) === undefined) throw e
        return undefined
      })
      if (ran !== undefined) view = await applyEntries(view, [{ ...entry, body: ran.body }])
      predicted.set(pendingTx(entry.seq), ran?.body.predicted)
    }
  }
  return view
}

/** The invariants of SYNC.md that can be seen when all is quiet. */
export async function check(cluster: Cluster, devices: readonly Device[]): Promise<void> {
  const remote = await cluster.storage.open('shop')
  const rows = await remote.readLog(1)
  const txids = devices.flatMap((d) => [...d.acked, ...d.former.flat()].map((p) => p.txid))
  const refused = devices.flatMap((d) => [...refusedOf(d).keys()])
  const outcomes = await remote.outcomes([...txids, ...refused])
  await remote.close()
  const log = await foldLog(rows)
  const facts = await factsOf(log.db)
  const names = namesOf(rows, log.db)
  const gone = new Set(rows.flatMap((row) => excisionIn(log.db, decodeRecord(row).data)?.target ?? []))
  for (const device of devices) {
    for (const tab of device.tabs) {
      await holdFold(device, tab, log.head, facts)
      if (!device.copied) holdIds(device, tab, log.places, names, gone)
    }
    const rejected = refusedOf(device)
    holdNothingLost(device, log.places, outcomes, rejected)
    for (const [txid, { code }] of rejected) {
      const decided = outcomes.get(txid)?.code
      hold(
        decided !== undefined && decided !== 'withdrawn',
        'refusals are true',
        () => `${device.name} says that ${txid} was refused: ${code}`,
      )
    }
    for (const life of [device.acked, ...device.former]) holdOrder(device, life, log.places)
    for (const [txid, status] of device.told) {
      const confirmed = log.places.has(txid)
      hold(
        confirmed === (status === 'confirmed'),
        'endings are true',
        () => `${device.name} was told ${status}: ${txid}`,
      )
    }
  }
}

/** Holds what `db` says to be `wanted`, unless another tab has replaced its segments: it stands on the new ones as soon as it may. */
async function holdFacts(db: Db, wanted: Facts, invariant: Invariant, where: string): Promise<void> {
  const found = await factsOf(db).catch((e: unknown) => {
    if (!isAnnalsError(e, 'db/gone')) throw e
  })
  if (found !== undefined) holdEqual(found, wanted, invariant, where)
}

const refusedOf = ({ tabs }: Device): ReplicaState['rejected'] => tabs[0]?.replica.ledger.state.rejected ?? new Map()

async function foldLog(rows: readonly LogRow[]) {
  const folded = await applyRows(await emptyDb(), { t: 0, hash: '' }, rows).catch((cause: unknown) => {
    throw new Violation('dense chain', String(cause), { cause })
  })
  const places = new Map(rows.map((row) => [row.txid, row.t]))
  hold(places.size === rows.length, 'once', () => `${rows.length} records of ${places.size} transactions`)
  return { ...folded, places }
}

async function holdFold(
  device: Device,
  { replica }: Tab,
  head: ReplicaState['head'],
  facts: readonly unknown[],
): Promise<void> {
  const { state } = replica.ledger
  const same = state.head.t === head.t && state.head.hash === head.hash
  hold(same, 'replicas agree', () => `${device.name} is at ${state.head.t}, the log at ${head.t}`)
  await holdFacts(state.confirmed, facts, 'fold of the log', device.name)
  await holdFacts(state.view, facts, 'replicas agree', device.name)
  // two living copies of one profile give out the same ids: there an old name of one may be the other's entity
  if (state.meta.lineage.length > 0) return
  for (const [from, to] of state.confirmed.aliases) {
    const final = from !== to && !state.confirmed.aliases.has(to)
    hold(final, 'one entity an id', () => `${device.name} takes ${from} for ${to}`)
  }
}

/** What was promised is confirmed, visibly refused, or was taken back. */
function holdNothingLost(
  device: Device,
  places: ReadonlyMap<string, number>,
  outcomes: ReadonlyMap<string, OutcomeRow>,
  rejected: ReadonlyMap<string, unknown>,
): void {
  for (const { txid } of [...device.acked, ...device.former.flat()]) {
    const outcome = outcomes.get(txid)
    const t = places.get(txid)
    const seen = rejected.has(txid) || device.dealtWith.has(txid)
    const kept =
      t !== undefined
        ? outcome?.t === t && outcome.code === undefined
        : outcome?.code === 'withdrawn'
          ? !rejected.has(txid)
          : outcome?.code !== undefined && seen
    hold(kept, 'nothing lost', () => `${device.name} ${txid}: ${JSON.stringify({ t, outcome, seen })}`)
  }
}

/** A replica's transactions are confirmed in the order of creation. */
function holdOrder({ name }: Device, life: readonly Promised[], places: ReadonlyMap<string, number>): void {
  const order = [...life].sort((a, b) => a.seq - b.seq).flatMap(({ txid }) => places.get(txid) ?? [])
  const sorted = order.every((t, i) => i === 0 || t > (order[i - 1] as number))
  hold(sorted, 'order of creation', () => `${name}: ${order.join(' ')}`)
}

/** Every name that an entity was ever given, by attribute and entity. Nobody here renames an item. */
function namesOf(rows: readonly LogRow[], { schema }: Db): ReadonlyMap<string, unknown> {
  const named = new Map(['inv/sku', 'db/ident'].map((name) => [findAttribute(schema, name)?.id, name]))
  const names = new Map<string, unknown>()
  for (const row of rows) {
    const { data } = decodeRecord(row)
    for (let i = 0; i < data.length; i++) {
      const attribute = named.get(data.a[i])
      if (attribute === undefined) continue
      const key = `${attribute} ${data.e[i]}`
      const name = names.get(key) ?? data.v[i]
      hold(name === data.v[i], 'one entity an id', () => `${key} is ${String(name)} and ${String(data.v[i])}`)
      names.set(key, name)
    }
  }
  return names
}

/** An id that a report gave means the entity that it was given for, for as long as the replica lives. */
function holdIds(
  device: Device,
  { replica }: Tab,
  places: ReadonlyMap<string, number>,
  names: ReadonlyMap<string, unknown>,
  gone: ReadonlySet<number>,
): void {
  const { aliases } = replica.ledger.state.confirmed
  for (const { txid, schema, named } of device.acked) {
    // one that was taken back, or refused, has nobody to mean
    if (!places.has(txid) && (!schema || device.dealtWith.has(txid))) continue
    for (const [id, attribute, name] of named) {
      if (gone.has(aliases.get(id) ?? id)) continue
      const found = names.get(`${attribute} ${aliases.get(id) ?? id}`)
      hold(found !== undefined && showValue(found as Value) === name, 'ids stay usable', () => {
        return `${device.name} gave ${id} to ${name}, and it is ${String(found)}`
      })
    }
  }
}
