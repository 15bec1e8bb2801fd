import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { FIRST_USER_ID } from '../datom/ids.ts'
import { type Attribute, findAttribute } from '../datom/schema.ts'
import { TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { entityId, isLookupRef } from '../db/entity.ts'
import { factsOf } from '../db/facts-of.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { isRecord } from './map-form.ts'
import { ownFacts } from './own-facts.ts'
import type { TransactEnv, Transaction } from './transaction.ts'
import { plainValue } from './value-reader.ts'
import { decideWish, Wish } from './wish.ts'

/**
 * Decides a transaction that gives an entity that is there one value of an ordinary attribute, as most small ones do: nothing has
 * to be held against anything else, and where nothing has to be read from segments nobody waits. undefined for any other, and
 * for what is to be refused: that is the general way's matter, which comes to the same wherever this one comes to something.
 */
export function transactFact(
  db: Db,
  forms: readonly unknown[],
  env: TransactEnv,
): MaybePromise<Transaction | undefined> {
  if (forms.length !== 1 || env.ids !== undefined) return undefined
  try {
    const [subject, name, given] = factIn(forms[0])
    const a = typeof name === 'string' ? findAttribute(db.schema, name) : undefined
    const v = a && isOrdinary(db, a) ? plainValue(db.schema, a, given) : undefined
    const isGiven = typeof subject === 'number'
    if (a === undefined || v === undefined || !(isGiven || isLookupRef(subject))) return undefined
    return andThen(entityId(db, subject), (e) => (e === undefined ? undefined : decide(db, e, isGiven, a, v, env)))
  } catch {
    return undefined // the general way tells what is wrong
  }
}

/** Entity, attribute and value of a form that says one fact. */
function factIn(form: unknown): readonly unknown[] {
  if (Array.isArray(form)) return form.length === 4 && form[0] === ':db/add' ? form.slice(1) : []
  if (!isRecord(form)) return []
  const [first, name, more] = Object.keys(form)
  return first === 'db/id' && name !== undefined && more === undefined ? [form[first], name, form[name]] : []
}

/** Whether nothing but its type decides which value may be said of it, and of one entity only one. */
const isOrdinary = ({ schema }: Db, a: Attribute): boolean =>
  a.id >= FIRST_USER_ID && !a.many && a.unique === undefined && a.preds.length === 0 && !schema.composites.has(a.id)

/** `isGiven`: whether the entity was named by its id, of which it is not known yet that it has facts. */
function decide(
  db: Db,
  e: number,
  isGiven: boolean,
  a: Attribute,
  v: Value,
  env: TransactEnv,
): MaybePromise<Transaction | undefined> {
  const wish = new Wish(e, a)
  wish.add(v)
  return andThen(whenLoaded(factsOf(db, 'aevt', e, a.id), valuesOf), (before) => {
    if (isGiven && before.length === 0) return undefined
    wish.before = before
    return andThen(ownFacts(db, new TxDataBuilder(), env), ({ own, instant }) => {
      const { length } = own
      decideWish(wish, own)
      return { data: own, instant, replaced: new Map(), empty: own.length === length, tempids: {}, ids: {} }
    })
  })
}
