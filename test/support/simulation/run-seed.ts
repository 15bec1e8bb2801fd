import { emptyDb } from '../../../src/db/empty.ts'
import { check, checkInBetween } from './check.ts'
import { Cluster } from './cluster.ts'
import { Device, type Tab } from './device.ts'
import { copyOf } from './mortal-store.ts'
import { type Parts, SOUND } from './parts.ts'
import { withSeededBytes } from './random.ts'
import { withStandingClock } from './standing-clock.ts'
import { SCHEMA, Users } from './user.ts'
import { Violation } from './violation.ts'
import { World } from './world.ts'

/** What happened in a run, by name: to show that it does happen. */
export type Tally = ReadonlyMap<string, number>

/**
 * One random history of a few devices and server nodes with every fault, then quiet; throws a {@link Violation} when an
 * invariant of sync does not hold. The same seed makes the same history.
 */
export async function runSeed(seed: number, parts: Parts = SOUND): Promise<Tally> {
  await emptyDb() // who asks first waits for it to be made, and would have another history than whoever comes later
  const isBusy = seed % 8 === 5
  const attaches = seed % 16 === 10
  const run = () => withSeededBytes(seed, () => new Run(new World(seed), parts, isBusy, attaches).whole())
  return withStandingClock(run)
}

class Run {
  private readonly users: Users
  private readonly cluster: Cluster
  private readonly devices: Device[]

  constructor(
    private readonly world: World,
    private readonly parts: Parts,
    /** Whether users go on writing while news is taken in. */
    isBusy: boolean,
    /** Whether the first device was used before there was a remote. */
    private readonly attaches: boolean,
  ) {
    this.users = new Users(world)
    this.cluster = new Cluster(world, parts, 1 + world.below(3))
    this.devices = Array.from({ length: 2 + world.below(2) }, (_, i) => {
      const skew = world.chance(0.2) ? (world.random() - 0.5) * 1e11 : 0
      if (skew !== 0) world.count('clock skew')
      return new Device(`d${i}`, world, this.cluster, parts, undefined, undefined, skew)
    })
    if (isBusy) for (const device of this.devices) device.absorbing = (tab) => this.interrupt(device, tab)
  }

  async whole(): Promise<Tally> {
    const { world, devices } = this
    if (this.attaches) await this.attach(devices[0] as Device)
    for (const device of devices) {
      device.mortal = false
      const tab = device.tabs[0] ?? (await world.during(device.open()))
      if (tab !== undefined) await world.during(tab.replica.ledger.transact(SCHEMA, { schema: true }))
      device.mortal = true
    }
    // most runs are short: many beginnings find more than few long lives
    const steps = world.chance(0.25) ? 50 : 15
    for (let n = 0; n < steps; n++) await this.step()
    await this.heal()
    for (const device of devices) {
      const [tab] = device.tabs
      for (const txid of tab?.replica.ledger.state.rejected.keys() ?? []) {
        world.count('rejected')
        this.users.sendAgain(device, tab as Tab, txid)
      }
    }
    await this.becomeQuiet()
    await check(this.cluster, devices)
    for (const device of devices) {
      if (device.tabs.some(({ replica }) => replica.ledger.state.confirmed.aliases.size > 0)) world.count('alias')
      await world.during(device.close())
    }
    return world.tally
  }

  private interrupt(device: Device, tab: Tab): void {
    if (this.world.healed || tab.store.dead || !device.tabs.includes(tab)) return
    this.world.count('written during a rebase')
    this.users.interrupt(device, tab)
  }

  /** What a device has is adopted by the remote, whatever goes wrong meanwhile, and though two of its tabs try. */
  private async attach(device: Device): Promise<void> {
    const { world } = this
    const items = Array.from({ length: 6 }, (_, i) => [{ 'inv/sku': `S${i}`, 'inv/count': i }])
    await world.during(device.workAlone([SCHEMA, ...items]))
    device.mortal = true
    while (device.attaching) {
      if (device.tabs.length < 2) await world.during(device.open())
      device.misleadOne()
      await world.run(world.below(400))
    }
    world.count('attached')
  }

  private async step(): Promise<void> {
    const { world, devices } = this
    await world.run(world.below(400))
    const device = world.pick(devices) as Device
    if (device.tabs.length === 0) await world.during(device.open())
    const tab = world.pick(device.tabs)
    if (tab === undefined) return
    if (world.chance(0.15)) await world.during(checkInBetween(device))
    const dice = world.below(100)
    if (dice < 62) for (let n = 1 + world.below(3); n > 0; n--) await this.users.act(device, tab)
    else await this.strike(dice, device, tab)
  }

  /** Something befalls `device`. */
  private async strike(dice: number, device: Device, tab: Tab): Promise<void> {
    const { world, devices } = this
    if (dice < 70) {
      device.offline = !device.offline
      world.count('network')
      if (!device.offline) device.wake()
    } else if (dice < 73) this.cluster.partition(device)
    else if (dice < 77) {
      device.kill()
      world.count('killed browser')
    } else if (dice < 79) {
      await device.losePower()
      world.count('power loss')
    } else if (dice < 80) {
      await device.evict()
      world.count('eviction')
    } else if (dice < 86 && device.tabs.length < 3) {
      await world.during(device.open())
      world.count('tab')
    } else if (dice < 89) {
      await world.during(device.closeTab(tab))
      world.count('tab closed')
    } else if (dice < 92) device.misleadOne()
    else if (dice < 94) device.wake()
    else if (dice < 96) await world.during(this.cluster.roll())
    else if (dice >= 98) this.users.excise(tab)
    else if (devices.length < 5) await this.copy(device)
  }

  /** A copy of the device's profile comes to life beside it. */
  private async copy(device: Device): Promise<void> {
    const { world, cluster, parts } = this
    const storage = await copyOf(device.storage)
    const twin = new Device(`${device.name}'`, world, cluster, parts, storage, await copyOf(storage))
    this.devices.push(twin)
    twin.acked.push(...device.acked)
    await twin.forgetLost()
    twin.alone = device.alone
    twin.copied = true
    device.copied = true
    twin.dealtWith = device.dealtWith
    await world.during(twin.open())
    twin.mortal = device.mortal
    world.count('copied profile')
  }

  /** Everything works again, and goes on until nothing moves any more. */
  private async heal(): Promise<void> {
    const { world } = this
    world.healed = true
    await world.during(this.cluster.heal())
    for (const device of this.devices) {
      device.offline = false
      device.mortal = false
      if (device.tabs.length === 0) await world.during(device.open())
    }
    await this.becomeQuiet()
  }

  private async becomeQuiet(): Promise<void> {
    await this.world.run(60_000) // what is still on its way arrives
    for (const device of this.devices) device.wake()
    if (await this.world.run(300_000, () => areQuiet(this.devices.flatMap((d) => d.tabs)))) return
    const states = this.devices.flatMap((d) => d.tabs.map((t) => d.name + JSON.stringify(t.replica.sync.getSnapshot())))
    throw new Violation('comes to rest', states.join(' '))
  }
}

/** Whether nothing waits, and everybody has the newest that anybody has heard of. */
function areQuiet(tabs: readonly Tab[]): boolean {
  const all = tabs.map(({ replica }) => ({ ...replica.ledger.state, status: replica.sync.getSnapshot() }))
  const t = Math.max(...all.map(({ head, status }) => Math.max(head.t, status.remoteT ?? 0)))
  return all.every(({ entries, head, meta }) => entries.length === 0 && head.t === t && meta.logEpoch !== '')
}
