import { append } from '../base/append.ts'
import { AnnalsError } from '../base/errors.ts'
import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { Builtin } from '../datom/builtin.ts'
import { isPendingTx, isTx, tOfTx } from '../datom/ids.ts'
import { describe } from '../datom/read-value.ts'
import type { Attribute } from '../datom/schema.ts'
import { showValue } from '../datom/show-value.ts'
import { filterTxData, TxDataBuilder } from '../datom/tx-data.ts'
import { sameValue, type Value } from '../datom/value.ts'
import { type Db, withoutView } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import { everSaid } from '../db/ever-said.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'
import { scan } from '../db/view.ts'
import { Changes } from './changes.ts'
import { checkEnsured, checkOwnFacts, checkPredicates, type Ensured } from './check-facts.ts'
import { checkSchema } from './check-schema.ts'
import { Names, type Tempid } from './entity-form.ts'
import { expandRetracts } from './expand-retracts.ts'
import { transactNew } from './new-entities.ts'
import { transactFact } from './one-fact.ts'
import type { Op } from './op.ts'
import { ownFacts } from './own-facts.ts'
import { FormReader } from './read-forms.ts'
import { idOf, resolvedValue, resolveTempids } from './resolve-tempids.ts'
import type { TransactEnv, Transaction } from './transaction.ts'
import { undoOps } from './undo-ops.ts'
import { unknownFunction } from './unknown-function.ts'

/**
 * Decides `forms` on `db`: the datoms they come to, or a coded error of area `tx`, `value`, `entity`, `ident`, `attribute` or
 * `schema`. Semantics: Datomic's transaction data reference. Functions see `db`, the database before.
 */
export function transact(db: Db, forms: readonly unknown[], env: TransactEnv): MaybePromise<Transaction> {
  const before = withoutView(db)
  return andThen(transactFact(before, forms, env), (fact) => fact ?? transactAny(before, forms, env))
}

async function transactAny(before: Db, forms: readonly unknown[], env: TransactEnv): Promise<Transaction> {
  const plain = await transactNew(before, forms, env)
  if (plain !== undefined) return plain
  const names = new Names(before, env.tx)
  const ops = await readAll(before, forms, names, env)
  if (await isKnownMigration(before, ops, env)) return transact(before, [], env)
  for (const lookup of names.lookups) await lookup.resolve(before)
  if (names.given.size > 0) await checkGiven(before, names, env)
  await resolveTempids(before, ops, names)
  const minted = mintIds(names, env)

  const changes = new Changes(before, minted.fresh)
  const isAlone = (t: Tempid): boolean => !t.shared && minted.fresh.has(idOf(t)) && !names.given.has(idOf(t))
  const ensured = await gather(before, ops, changes, isAlone, env)
  const decided = new TxDataBuilder()
  await changes.decide(decided)
  const used = new Set(decided.a)
  checkOwnFacts(before, decided, used, env.tx)
  if ([...used].some(isSchemaAttribute)) await checkSchema(before, env.tx, decided)
  await checkPredicates(before, decided, used, env)
  await checkEnsured(before, decided, ensured, env)

  const { own, instant } = await ownFacts(before, decided, env)
  const isInstant = (i: number): boolean => decided.e[i] === env.tx && decided.a[i] === Builtin.txInstant
  return {
    data: own.concat(used.has(Builtin.txInstant) ? filterTxData(decided, (i) => !isInstant(i)) : decided),
    instant,
    replaced: minted.replaced,
    empty: decided.e.every((e) => e === env.tx),
    tempids: {
      ...Object.fromEntries(names.tempids.filter((t) => t.named).map((t) => [t.name, idOf(t)])),
      ...names.ofTx,
    },
    get ids() {
      // made on demand: large imports have no use for it
      return Object.fromEntries(names.tempids.map((t) => [t.key, idOf(t)]))
    },
  }
}

/** Whether the transaction is a migration that the database has already had. */
async function isKnownMigration(db: Db, ops: readonly Op[], env: TransactEnv): Promise<boolean> {
  for (const o of ops) {
    if (o.op !== 'add' || o.e !== env.tx || o.a.id !== Builtin.txMigration) continue
    if ((await entityWith(db, Builtin.txMigration, o.v as Value)) !== undefined) return true
  }
  return false
}

/** Reads the forms and runs the functions among them, whose results may call functions again. */
async function readAll(db: Db, forms: readonly unknown[], names: Names, env: TransactEnv): Promise<Op[]> {
  const out: Op[] = []
  const reader = new FormReader(db, names)
  reader.read(forms, '')
  let next = 0
  let calls = 0
  while (next < reader.ops.length) {
    const op = reader.ops[next++] as Op
    if (op.op !== 'call') {
      out.push(op)
      continue
    }
    if (op.name === 'db/undo') {
      append(out, await undoOps(db, names, op.args, env))
      continue
    }
    const result = env.call?.(db, op.name, op.args)
    if (result === undefined) throw unknownFunction(op.name)
    if (++calls > 10_000) throw new AnnalsError('tx/too-large', 'functions call functions without end')
    const forms = await result
    if (!Array.isArray(forms)) {
      throw new AnnalsError(
        'tx/malformed',
        `the function ${op.name} must return a list of forms, got ${describe(forms)}`,
        {
          function: op.name,
        },
      )
    }
    reader.read(forms, op.path)
  }
  return out
}

/** Every id that was written as a number must be an entity's: it has, or once had, facts. */
async function checkGiven(db: Db, names: Names, env: TransactEnv): Promise<void> {
  const own = new Set(Object.values(env.ids ?? {}))
  const asked: number[] = []
  for (const id of names.given) {
    if (id === env.tx || own.has(id)) continue
    if (isTx(id) && !isPendingTx(id) && tOfTx(id) <= db.basisT) continue
    asked.push(id)
  }
  const known = await Promise.all(asked.map((id) => everSaid(db, 'eavt', { e: id })))
  for (const [i, id] of asked.entries()) {
    if (known[i]) continue
    throw new AnnalsError(
      'tx/unknown-entity',
      `entity ${id} has never been mentioned; new entities are named by a tempid (a string), not by a number`,
      { entity: id },
    )
  }
}

/** What the tempids of a transaction turned out to be. */
interface Minted {
  /** Entities that have no facts yet. */
  readonly fresh: ReadonlySet<number>
  readonly replaced: ReadonlyMap<number, number>
}

/** Gives every tempid that is nobody yet its entity: the proposed one, or a newly minted one. */
function mintIds(names: Names, env: TransactEnv): Minted {
  const fresh = new Set<number>()
  const replaced = new Map<number, number>()
  const ids = new Map(Object.entries(env.ids ?? {}))
  const proposed = new Map<number, Tempid>()
  for (const { root, key } of names.tempids) {
    const wanted = root.id === undefined ? ids.get(key) : undefined
    if (wanted === undefined) continue
    root.id = wanted
    fresh.add(wanted)
    const same = proposed.get(wanted)
    if (same !== undefined) same.shared = root.shared = true // they were one entity in that run
    proposed.set(wanted, root)
  }
  for (const { root, key } of names.tempids) {
    if (root.id === undefined) {
      root.id = env.mint()
      fresh.add(root.id)
    }
    const wanted = ids.get(key)
    if (wanted !== undefined && wanted !== root.id) replaced.set(wanted, root.id)
  }
  return { fresh, replaced }
}

/** `isAlone`: whether nothing but its map speaks about an entity, which is new. */
async function gather(
  db: Db,
  ops: readonly Op[],
  changes: Changes,
  isAlone: (t: Tempid) => boolean,
  env: TransactEnv,
): Promise<Ensured[]> {
  const ensured: Ensured[] = []
  const retracted: number[] = []
  for (const o of ops) {
    switch (o.op) {
      case 'add':
        if (o.a.id === Builtin.ensure) ensured.push({ e: idOf(o.e), spec: idOf(o.v) })
        else changes.add(idOf(o.e), o.a, resolvedValue(o.v))
        break
      case 'describe': {
        const e = idOf(o.e)
        const values = o.values.map(resolvedValue)
        if (isAlone(o.e)) changes.describe(e, o.shape, values)
        else for (const [i, a] of o.shape.attributes.entries()) changes.add(e, a, values[i] as Value)
        break
      }
      case 'retract':
        changes.retract(idOf(o.e), o.a, o.v === undefined ? undefined : resolvedValue(o.v))
        break
      case 'inc':
        changes.increment(idOf(o.e), o.a, o.delta)
        break
      case 'takeBack':
        changes.takeBack(o.increment)
        break
      case 'retractEntity':
        retracted.push(idOf(o.e))
        break
      case 'cas':
        await checkCas(db, idOf(o.e), o.a, o.expected === undefined ? undefined : resolvedValue(o.expected))
        changes.add(idOf(o.e), o.a, resolvedValue(o.v))
        break
      case 'require':
      case 'forbid': {
        const { op, query, inputs } = o
        const found = await env.finds(db, query, inputs)
        if (found === (op === 'require')) break
        throw new AnnalsError(
          found ? 'tx/forbidden' : 'tx/required',
          `a query that must find ${found ? 'nothing found a row' : 'a row found none'}`,
          { query, inputs },
        )
      }
    }
  }
  if (retracted.length > 0) await expandRetracts(db, retracted, (e, a, v) => changes.retract(e, a, v))
  return ensured
}

async function checkCas(db: Db, e: number, a: Attribute, expected: Value | undefined): Promise<void> {
  const [actual] = await whenLoaded(scan(db, 'eavt', { e, a: a.id }), valuesOf)
  const holds = actual === undefined || expected === undefined ? actual === expected : sameValue(actual, expected)
  if (holds) return
  const [found, wanted] = [actual, expected].map((v) => (v === undefined ? null : showValue(v)))
  throw new AnnalsError(
    'tx/cas-failed',
    `${a.ident} of entity ${e} is ${describe(found)}, not ${describe(wanted)}: somebody changed it first`,
    { entity: e, attribute: a.ident, expected: wanted, actual: found },
  )
}
