import type { ExciseOptions } from '../api/connection.ts'
import type { EntityRef } from '../api/db.ts'
import type { SchemaDef } from '../api/schema.ts'
import { AnnalsError } from '../base/errors.ts'
import { FIRST_USER_ID, isTx } from '../datom/ids.ts'
import { describe } from '../datom/read-value.ts'
import { findAttribute } from '../datom/schema.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Db } from '../db/db.ts'
import { attributeOf, entityId } from '../db/entity.ts'
import { everSaid } from '../db/ever-said.ts'
import { countRows } from '../db/load.ts'
import { scan } from '../db/view.ts'
import { txForms } from '../transact/tx-forms.ts'
import type { Excision } from './excision.ts'
import { firstT } from './time-point.ts'

/** What says that something was removed, but not what. Installed by the first excision. */
export const EXCISE_SCHEMA: SchemaDef = {
  'db/excise': {
    type: 'ref',
    doc: 'The entity of which facts, or the attribute of which values, were removed for good.',
  },
  'db.excise/attrs': { type: 'ref', many: true, doc: 'The attributes that an excision was limited to.' },
  'db.excise/beforeT': { type: 'long', doc: 'An excision removed what was asserted before this t.' },
}

/** What to take out of the log, and the transaction that says so. */
export interface ExcisionPlan {
  readonly excision: Excision
  readonly forms: readonly unknown[]
}

/**
 * The forms are for a database with {@link EXCISE_SCHEMA}. Throws `tx/not-excisable`, `entity/unknown`, `attribute/unknown`, and
 * what is wrong with a point in time.
 */
export async function planExcision(
  db: Db,
  target: EntityRef,
  { before, attrs, txData = [] }: ExciseOptions,
): Promise<ExcisionPlan> {
  const attribute = typeof target === 'string' ? findAttribute(db.schema, target) : undefined
  const id = attribute?.id ?? (await entityId(db, target))
  if (id === undefined) {
    throw new AnnalsError('entity/unknown', `there is no entity ${describe(target)} to excise`, { target })
  }
  await checkTarget(db, id, attrs !== undefined)
  if (attrs?.length === 0) {
    throw new AnnalsError('tx/not-excisable', 'attrs names no attribute; without it, all facts of the entity go', {})
  }
  const named = attrs && inOrder(attrs.map((name) => attributeOf(db.schema, name).id))
  const beforeT = before === undefined ? undefined : await firstT(db, before)
  return {
    excision: { target: id, ...(named && { attrs: named }), ...(beforeT !== undefined && { before: beforeT }) },
    forms: [
      {
        'db/id': 'db.excise/excision',
        'db/excise': id,
        ...(named && { 'db.excise/attrs': named }),
        ...(beforeT !== undefined && { 'db.excise/beforeT': beforeT }),
      },
      ...txForms(txData),
    ],
  }
}

/** The attributes of {@link EXCISE_SCHEMA}, in its order; undefined where nothing was ever excised. */
const recordAttributes = ({ schema }: Db): readonly (number | undefined)[] =>
  Object.keys(EXCISE_SCHEMA).map((name) => findAttribute(schema, name)?.id)

const inOrder = (ids: readonly number[]): number[] => [...new Set(ids)].sort((x, y) => x - y)

/** What the transaction with this `data` took out of the log of `db`; undefined for one that is no excision. */
export function excisionIn(db: Db, { length, e, a, v }: TxData): Excision | undefined {
  const [excise, attrs, beforeT] = recordAttributes(db)
  const places = Array.from({ length }, (_, i) => i)
  const first = places.find((i) => a[i] === excise)
  if (first === undefined) return undefined
  const said = (id: number | undefined): number[] =>
    places.flatMap((i) => (e[i] === e[first] && a[i] === id ? [v[i] as number] : []))
  const [named, [before]] = [inOrder(said(attrs)), said(beforeT)]
  return {
    target: v[first] as number,
    ...(named.length > 0 && { attrs: named }),
    ...(before !== undefined && { before }),
  }
}

/**
 * What is wrong with an excision whose transaction came to this `data`: replicas go by what it says, which therefore has to be what is
 * done, and nothing else of its kind. undefined when it is as it should be.
 */
export function saysOther(db: Db, data: TxData, excision: Excision): AnnalsError | undefined {
  const ids = recordAttributes(db)
  const count = Array.from(data.a).filter((a) => ids.includes(a)).length
  const { attrs, before } = excision
  const wanted = 1 + (attrs?.length ?? 0) + (before === undefined ? 0 : 1)
  if (count === wanted && JSON.stringify(excisionIn(db, data)) === JSON.stringify(excision)) return undefined
  return new AnnalsError(
    'tx/not-excisable',
    'txData says something of an excision itself: that is said by excise alone',
    {},
  )
}

async function checkTarget(db: Db, id: number, limited: boolean): Promise<void> {
  const refuse = (why: string): AnnalsError =>
    new AnnalsError('tx/not-excisable', `${db.schema.identOf.get(id) ?? `entity ${id}`} ${why}`, { entity: id })
  if (id < FIRST_USER_ID) throw refuse('is built in, and what is said with it stays')
  if (isTx(id)) throw refuse('is a transaction: that it was made, and when, stays')
  const attribute = db.schema.attributes.get(id)
  if (/^:db[./]/.test(attribute?.ident ?? '')) throw refuse('tells what was removed before, and stays')
  if (attribute !== undefined) {
    if (limited) throw refuse('is an attribute, of which all values go: attrs is for entities')
    return
  }
  if (db.schema.identOf.has(id)) throw refuse('is a name of the schema, and stays')
  if (!(await everSaid(db, 'eavt', { e: id })))
    throw new AnnalsError('entity/unknown', `there are no facts about entity ${id}`, { entity: id })
  const record = findAttribute(db.schema, 'db/excise')
  if (record !== undefined && (await countRows(scan(db, 'eavt', { e: id, a: record.id }))) > 0)
    throw refuse('says that something was removed, and stays')
}
