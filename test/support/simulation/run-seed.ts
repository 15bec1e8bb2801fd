import { isAnnalsError } from '../../../src/base/errors.ts'
import { findAttribute } from '../../../src/datom/schema.ts'
import type { Db } from '../../../src/db/db.ts'
import { entityId } from '../../../src/db/entity.ts'
import { valuesOf } from '../../../src/db/load.ts'
import { scan } from '../../../src/db/view.ts'
import { seqOfPendingTx } from '../../../src/sync/pending.ts'
import { check, checkInBetween, datomsOf } from './check.ts'
import { Cluster, type Faults } from './cluster.ts'
import { Device, type Tab } from './device.ts'
import { copyOf } from './mortal-store.ts'
import { World } from './world.ts'

const SCHEMA = [
  {
    'db/ident': ':inv/sku',
    'db/valueType': ':db.type/string',
    'db/cardinality': ':db.cardinality/one',
    'db/unique': ':db.unique/identity',
  },
  { 'db/ident': ':inv/count', 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':inv/next', 'db/valueType': ':db.type/ref', 'db/cardinality': ':db.cardinality/many' },
]
const HEALED: Faults = { lostRequest: 0, lostAnswer: 0, duplicate: 0, longDelay: 0, nodeCrash: 0 }

/** What happened in a run, by name: to show that it does happen. */
export type Tally = Map<string, number>

/**
 * One random history of a few devices and server nodes with every fault, then quiet; throws when an invariant of sync does not
 * hold. The same seed makes the same history.
 */
export async function runSeed(seed: number): Promise<Tally> {
  const world = new World(seed)
  const faults = { lostRequest: 0.08, lostAnswer: 0.12, duplicate: 0.08, longDelay: 0.03, nodeCrash: 0.02 }
  const cluster = new Cluster(world, faults, 1 + world.below(2))
  const tally = cluster.happened
  const count = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1)
  const devices = Array.from(
    { length: 2 + world.below(2) },
    (_, i) => new Device(`d${i}`, world, cluster, undefined, world.chance(0.2) ? (world.random() - 0.5) * 1e11 : 0),
  )
  const known: number[] = []
  for (const device of devices) {
    const tab = await world.during(device.open())
    if (tab !== undefined) await world.during(tab.replica.ledger.transact(SCHEMA, { schema: true }))
    device.deadly = 0.01
  }
  for (let step = 0; step < 40; step++) {
    await world.run(world.below(400))
    const device = world.pick(devices) as Device
    if (device.tabs.length === 0) await world.during(device.open())
    const tab = world.pick(device.tabs)
    if (tab === undefined) continue
    if (world.chance(0.2)) await world.during(checkInBetween(device))
    const dice = world.below(100)
    if (dice < 70) for (let n = 1 + world.below(3); n > 0; n--) await act(world, device, tab, known, count)
    else if (dice < 80) {
      device.offline = !device.offline
      if (!device.offline) for (const { replica } of device.tabs) replica.sync.wake()
      count('network')
    } else if (dice < 85) {
      device.kill()
      count('kill')
    } else if (dice < 87) {
      await device.losePower()
      count('power loss')
    } else if (dice < 91 && device.tabs.length < 3) {
      await world.during(device.open())
      count('tab')
    } else if (dice < 92) {
      await world.during(device.close())
      count('close')
    } else if (dice < 94 && devices.length < 5) {
      const twin = new Device(`${device.name}'`, world, cluster, await copyOf(device.storage))
      devices.push(twin)
      twin.acked.push(...device.acked)
      await twin.forgetLost()
      twin.alone = device.alone
      twin.dealtWith = device.dealtWith
      await world.during(twin.open())
      twin.deadly = device.deadly
      count('copied profile')
    }
  }
  Object.assign(faults, HEALED)
  for (const device of devices) {
    device.offline = false
    device.deadly = 0
    if (device.tabs.length === 0) await world.during(device.open())
  }
  await becomeQuiet(world, devices)
  for (const device of devices) {
    for (const txid of device.tabs[0]?.replica.ledger.state.rejected.keys() ?? []) {
      count('rejected')
      device.dealtWith.add(txid)
      const { ledger, sync } = (device.tabs[0] as Tab).replica
      if (world.chance(0.3)) await world.during(sync.withdraw(txid))
      const forms = world.chance(0.5) ? undefined : [{ 'inv/sku': `S${world.below(6)}` }]
      await world.during(ledger.sendAgain(txid, forms)).then(
        (w) => {
          device.acked.push({ seq: seqOfPendingTx(w.tx), txid: w.txid })
          count('sent again')
        },
        () => count('not sent again'),
      )
    }
  }
  await becomeQuiet(world, devices)
  await check(cluster, devices)
  if ((await datomsOf(devices[0] as Device)).length === 0) count('empty')
  for (const device of devices) {
    if (device.crashes > 0) count('crash at a write')
    await world.during(device.close())
  }
  return tally
}

async function becomeQuiet(world: World, devices: readonly Device[]): Promise<void> {
  await world.run(60_000) // what is still on its way arrives
  if (await world.run(600_000, () => devices.every((d) => d.tabs.every(isQuiet)))) return
  const states = devices.flatMap((d) => d.tabs.map((t) => d.name + JSON.stringify(t.replica.sync.getSnapshot())))
  throw new Error(`not quiet: ${states.join(' ')}`)
}

const isQuiet = ({ replica }: Tab): boolean => {
  const { entries, head, meta } = replica.ledger.state
  const { state, remoteT } = replica.sync.getSnapshot()
  const leads = state === 'live' && remoteT === head.t
  return entries.length === 0 && (leads || meta.logEpoch !== '')
}

/** The count of an item, as the view has it. */
async function countOf(db: Db, sku: string): Promise<unknown> {
  const attribute = findAttribute(db.schema, 'inv/count')
  const e = attribute && (await entityId(db, ['inv/sku', sku]))
  if (e === undefined || attribute === undefined) return undefined
  return valuesOf(scan(db, 'eavt', { e, a: attribute.id }))[0]
}

/** Something a user does; what comes of it is noted when it is promised. */
async function act(
  world: World,
  device: Device,
  { replica, store }: Tab,
  known: number[],
  count: (what: string) => void,
): Promise<void> {
  const { ledger } = replica
  const sku = `S${world.below(6)}`
  const amount = world.below(5)
  const there = await countOf(ledger.db, sku)
  const e = world.pick(known) ?? 0
  const dice = world.below(100)
  const pending = ledger.state.entries.filter((p) => p.t === undefined)
  const queued = world.pick(pending)
  const refused = world.pick([...ledger.state.rejected.keys()])
  const forms =
    dice < 25
      ? [{ 'db/id': 'x', 'inv/sku': sku, 'inv/count': amount }]
      : dice < 35
        ? [{ 'inv/sku': sku, 'inv/next': [{ 'db/id': 'y', 'inv/sku': `S${world.below(6)}` }] }]
        : dice < 50
          ? [[':db/add', ['inv/sku', sku], 'inv/count', amount]]
          : dice < 60
            ? [[':db/cas', ['inv/sku', sku], 'inv/count', there ?? null, amount]]
            : dice < 70
              ? [[':db/inc', ['inv/sku', sku], 'inv/count', 1]]
              : dice < 80
                ? [[':db/add', e, 'inv/count', amount]]
                : dice < 84
                  ? [[':db/retractEntity', ['inv/sku', sku]]]
                  : dice < 88 && queued !== undefined
                    ? [[':db/undo', ['tx/id', queued.txid]]]
                    : undefined
  const done = (what: string): void => {
    if (!store.dead) count(what)
  }
  if (forms !== undefined) {
    ledger.transact(forms, {}).then(
      (w) => {
        device.acked.push({ seq: seqOfPendingTx(w.tx), txid: w.txid })
        known.push(...Object.values(w.tempids))
        done('transaction')
      },
      (error: unknown) => {
        if (!isAnnalsError(error)) throw error
        done('refused at once')
      },
    )
  } else if (queued !== undefined && dice < 94) {
    device.dealtWith.add(queued.txid)
    ledger.withdraw(queued.txid).then(
      () => done('withdrawn'),
      () => done('not withdrawn'),
    )
  } else if (refused !== undefined) {
    device.dealtWith.add(refused)
    ledger.sendAgain(refused, world.chance(0.5) ? undefined : [{ 'inv/sku': sku }]).then(
      (w) => {
        device.acked.push({ seq: seqOfPendingTx(w.tx), txid: w.txid })
        done('sent again')
      },
      () => done('not sent again'),
    )
  }
}
