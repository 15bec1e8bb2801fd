import type { EntityRef } from '../../../src/api/db.ts'
import { isAnnalsError } from '../../../src/base/errors.ts'
import { isProvisional } from '../../../src/datom/ids.ts'
import { findAttribute } from '../../../src/datom/schema.ts'
import type { Db } from '../../../src/db/db.ts'
import { entityId } from '../../../src/db/entity.ts'
import { valuesOf, whenLoaded } from '../../../src/db/load.ts'
import { scan } from '../../../src/db/view.ts'
import type { Device, Named, Tab } from './device.ts'
import type { World } from './world.ts'

export const SCHEMA = [
  {
    'db/ident': ':inv/sku',
    'db/valueType': ':db.type/string',
    'db/cardinality': ':db.cardinality/one',
    'db/unique': ':db.unique/identity',
  },
  { 'db/ident': ':inv/count', 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':inv/next', 'db/valueType': ':db.type/ref', 'db/cardinality': ':db.cardinality/many' },
]
const noteAttribute = (n: number) => [
  {
    'db/id': 'n',
    'db/ident': `:inv/note${n}`,
    'db/valueType': ':db.type/string',
    'db/cardinality': ':db.cardinality/one',
  },
]
const STOCKED = '[:find ?e :in $ ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'

/** Who uses the devices. */
export class Users {
  constructor(private readonly world: World) {}

  private sku(): string {
    return `S${this.world.below(6)}`
  }

  /** Something a user does; what comes of it is noted when it is promised. */
  async act(device: Device, tab: Tab): Promise<void> {
    const { world } = this
    const { ledger } = tab.replica
    const dice = world.below(100)
    if (dice < 86) return this.transact(device, tab, await this.forms(dice, device, tab))
    if (dice < 88) return this.transact(device, tab, noteAttribute(world.below(2)), true)
    const queued = world.pick(ledger.state.entries.filter((p) => p.t === undefined))?.txid
    if (dice < 91 && queued !== undefined) return this.transact(device, tab, [[':db/undo', ['tx/id', queued]]])
    if (dice < 92 && queued !== undefined) return this.amend(device, tab, queued)
    if (dice < 96 && queued !== undefined) return this.withdraw(device, tab, queued)
    const refused = world.pick([...ledger.state.rejected.keys()])
    if (refused !== undefined) return this.sendAgain(device, tab, refused)
  }

  /** Writes at this very moment, such as while news is being taken in. */
  interrupt(device: Device, tab: Tab): void {
    const item = { 'db/id': 'x', 'inv/sku': this.sku(), 'inv/count': this.world.below(5) }
    const counted = [':db/inc', ['inv/sku', this.sku()], 'inv/count', 1]
    this.transact(device, tab, [this.world.chance(0.5) ? item : counted])
  }

  /** Sends again, amended or not, or drops. */
  sendAgain(device: Device, tab: Tab, txid: string): void {
    const { world } = this
    device.dealtWith.add(txid)
    if (world.chance(0.2)) return this.withdraw(device, tab, txid)
    const forms = world.chance(0.5) ? undefined : [{ 'inv/sku': this.sku() }]
    tab.replica.ledger.sendAgain(txid, forms).then(
      (written) => {
        device.promised(tab, written)
        if (!tab.store.dead) world.count(forms === undefined ? 'sent again' : 'amended')
      },
      (e) => this.refused(tab, e),
    )
  }

  /** Takes an item, or what all items have of something, out of the log for good. */
  excise({ replica, store }: Tab): void {
    const target: EntityRef = this.world.chance(0.6) ? ['inv/sku', this.sku()] : 'inv/next'
    replica.ledger.excise(target, {}).then(
      ({ removed }) => void (store.dead || removed === 0 || this.world.count('excision')),
      (e) => this.refused({ replica, store }, e),
    )
  }

  /** Puts something else in the place of what is pending. */
  private amend(device: Device, tab: Tab, txid: string): void {
    device.dealtWith.add(txid)
    tab.replica.ledger.sendAgain(txid, [{ 'inv/sku': this.sku(), 'inv/count': 9 }]).then(
      (written) => {
        device.promised(tab, written)
        if (!tab.store.dead) this.world.count('amended while pending')
      },
      (e) => this.refused(tab, e),
    )
  }

  private withdraw(device: Device, { replica, store }: Tab, txid: string): void {
    device.dealtWith.add(txid)
    replica.ledger.withdraw(txid).then(
      ({ status }) => {
        if (store.dead) return
        device.told.set(txid, status)
        this.world.count(status === 'withdrawn' ? 'withdrawn' : 'withdrawn too late')
      },
      (e) => this.refused({ replica, store }, e),
    )
  }

  private transact(device: Device, tab: Tab, forms: readonly unknown[], schema = false): void {
    tab.replica.ledger.transact(forms, { schema }).then(
      (written) => {
        const named = namesIn(forms, written.tempids)
        device.promised(tab, written, schema, named)
        if (tab.store.dead) return
        this.world.count(schema ? 'schema' : 'transaction')
        for (const [id] of named) this.world.count(isProvisional(id) ? 'provisional id' : 'leased id')
      },
      (e) => this.refused(tab, e),
    )
  }

  private refused({ store }: Tab, e: unknown): void {
    if (!isAnnalsError(e) || /^(internal|storage)\//.test(e.code)) this.world.fail(e)
    else if (!store.dead) this.world.count('refused at once')
  }

  private async forms(dice: number, device: Device, { replica }: Tab): Promise<readonly unknown[]> {
    const { world } = this
    const sku = this.sku()
    const amount = world.below(5)
    const item = ['inv/sku', sku]
    const there = await countOf(replica.ledger.db, sku)
    if (dice < 24) return [{ 'db/id': 'x', 'inv/sku': sku, 'inv/count': amount }]
    if (dice < 34) return [{ 'inv/sku': sku, 'inv/next': [{ 'db/id': 'y', 'inv/sku': this.sku() }] }]
    if (dice < 44) return [[':db/add', item, 'inv/count', amount]]
    if (dice < 54) return [[':db/cas', item, 'inv/count', there ?? null, amount]]
    if (dice < 62) return [[':db/inc', item, 'inv/count', 1]]
    if (dice < 72) return [[':db/add', world.pick([...device.names.keys()]) ?? 0, 'inv/count', amount]]
    if (dice < 75) return [[':db/retractEntity', item]]
    if (dice < 80) return [['shop/restock', sku, amount + 1]]
    const query = [world.chance(0.5) ? ':db/require' : ':db/forbid', STOCKED, [sku, there ?? amount]]
    return [query, { 'inv/sku': this.sku(), 'inv/count': amount }]
  }
}

/** Who the tempids among `forms` are. */
function namesIn(forms: readonly unknown[], tempids: Readonly<Record<string, number>>): Named[] {
  const named: Named[] = []
  const look = (form: unknown): void => {
    if (Array.isArray(form)) for (const part of form) look(part)
    if (typeof form !== 'object' || form === null || Array.isArray(form)) return
    const map = form as Readonly<Record<string, unknown>>
    const id = tempids[map['db/id'] as string]
    const attribute = 'inv/sku' in map ? 'inv/sku' : 'db/ident'
    if (id !== undefined) named.push([id, attribute, map[attribute] as string])
    for (const value of Object.values(map)) look(value)
  }
  look(forms)
  return named
}

/** The count of an item, as the view has it; undefined where there is none, or another tab has replaced the view's segments. */
const countOf = (db: Db, sku: string): Promise<unknown> =>
  readCount(db, sku).catch((e: unknown) => {
    if (!isAnnalsError(e, 'db/gone')) throw e
  })

async function readCount(db: Db, sku: string): Promise<unknown> {
  const attribute = findAttribute(db.schema, 'inv/count')
  const e = attribute && findAttribute(db.schema, 'inv/sku') && (await entityId(db, ['inv/sku', sku]))
  if (e === undefined || attribute === undefined) return undefined
  return (await whenLoaded(scan(db, 'eavt', { e, a: attribute.id }), valuesOf))[0]
}
