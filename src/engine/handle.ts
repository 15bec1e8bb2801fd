import type {
  Db as ApiDb,
  EntityRef,
  IndexName,
  IndexPull,
  PageOptions,
  PullPattern,
  Query,
  QueryOptions,
  ShownDatom,
  TimePoint,
  TxForms,
  WithResult,
} from '../api/db.ts'
import type { Explanation } from '../api/explanation.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { mapInputs } from '../base/map-inputs.ts'
import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { randomUuid } from '../base/random-uuid.ts'
import { earlierSchema } from '../datom/earlier-schema.ts'
import { ID_END, isPendingTx, PENDING_BASE, PROVISIONAL_BASE, txOfT } from '../datom/ids.ts'
import type { Schema } from '../datom/schema.ts'
import { applyTx } from '../db/apply.ts'
import { type Db, PLAIN_VIEW } from '../db/db.ts'
import { entityId } from '../db/entity.ts'
import type { Shape } from '../query/answer.ts'
import { explain } from '../query/explain.ts'
import { pullMany, pullOne } from '../query/pull/pull.ts'
import { query } from '../query/query.ts'
import { byColumns } from '../query/result-columns.ts'
import { transact } from '../transact/transact.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import { txForms } from '../transact/tx-forms.ts'
import { datomsAt, indexPull, indexRange, seek } from './index-access.ts'
import { LazyDb } from './lazy-db.ts'
import type { Origin } from './origin.ts'
import { type Runtime, runtimeEnv } from './runtime.ts'
import { showTxData } from './show-datoms.ts'
import { txAt } from './time-point.ts'

/** Ids of entities that exist only in a speculative value: the upper half of the provisional band, never stored. */
const SPECULATIVE_FIRST = PROVISIONAL_BASE + 2 ** 27
/** Transactions that exist only in a speculative value: the upper half of the pending band. */
const SPECULATIVE_TX = PENDING_BASE + (ID_END - PENDING_BASE) / 2

/** A database value in the application's hands. */
export class DbHandle implements ApiDb {
  constructor(
    /** A promise where the view waits for a transaction to be looked up. */
    private readonly given: MaybePromise<Db> | LazyDb,
    private readonly runtime: Runtime,
    readonly basisT: number,
    private readonly origin: Origin,
    /** The next id to mint for a speculative entity. */
    private readonly speculative = SPECULATIVE_FIRST,
  ) {
    if (given instanceof Promise) given.catch(() => undefined) // whoever asks is told
  }

  q<Row = unknown>(q: Query, inputs: readonly unknown[] = [], options?: QueryOptions): Promise<Row> {
    return this.#answer(q, inputs, options) as Promise<Row>
  }

  /** As {@link q}, but a large relation comes by columns: {@link ResultColumns}. */
  qColumns(q: Query, inputs: readonly unknown[], options?: QueryOptions): Promise<unknown> {
    return this.#answer(q, inputs, options, byColumns)
  }

  #answer(q: Query, inputs: readonly unknown[], options?: QueryOptions, shape?: Shape): Promise<unknown> {
    const { queryEnv } = this.runtime
    return this.#read(
      (db, anew) => andThen(unwrapped(inputs, anew), (known) => query(db, q, known, queryEnv, options, shape)),
      inputs,
    )
  }

  pull<Entity = Record<string, unknown>>(
    pattern: PullPattern,
    entity: EntityRef,
    options?: QueryOptions,
  ): Promise<Entity | undefined> {
    const { queryEnv } = this.runtime
    const found = this.#read((db) =>
      andThen(entityId(db, entity), (id) =>
        id === undefined
          ? andThen(pullMany(db, pattern, [], queryEnv, options), () => undefined) // a mistake is one, whoever is asked for
          : pullOne(db, pattern, id, queryEnv, options),
      ),
    )
    return found as Promise<Entity | undefined>
  }

  pullMany<Entity = Record<string, unknown>>(
    pattern: PullPattern,
    entities: readonly EntityRef[],
    options?: QueryOptions,
  ): Promise<(Entity | undefined)[]> {
    return this.#read(async (db) => {
      if (!Array.isArray(entities)) throw new AnnalsError('entity/bad-id', 'pullMany: wants a list of entities')
      const ids = await Promise.all(entities.map((e) => entityId(db, e)))
      const known = ids.filter((id) => id !== undefined)
      const found = await pullMany(db, pattern, known, this.runtime.queryEnv, options)
      let next = 0
      return ids.map((id) => (id === undefined ? undefined : (found[next++] as Entity | undefined)))
    })
  }

  datoms<Datom = ShownDatom>(index: IndexName, ...components: readonly unknown[]): Promise<Datom[]> {
    return this.#read((db) => datomsAt(db, index, components)) as Promise<unknown[]> as Promise<Datom[]>
  }

  seekDatoms(index: IndexName, ...components: readonly unknown[]): Promise<ShownDatom[]> {
    return this.#read((db) => seek(db, index, components, false))
  }

  rseekDatoms(index: IndexName, ...components: readonly unknown[]): Promise<ShownDatom[]> {
    return this.#read((db) => seek(db, index, components, true))
  }

  indexRange<Datom = ShownDatom>(
    attribute: string,
    start?: unknown,
    end?: unknown,
    options: PageOptions = {},
  ): Promise<Datom[]> {
    const found = this.#read((db) => indexRange(db, attribute, start, end, options))
    return found as Promise<unknown[]> as Promise<Datom[]>
  }

  indexPull<Entity = Record<string, unknown>>(request: IndexPull): Promise<(Entity | undefined)[]> {
    const found = this.#read((db) => indexPull(db, request, this.runtime.queryEnv))
    return found as Promise<(Entity | undefined)[]>
  }

  entid(entity: EntityRef): Promise<number | undefined> {
    return this.#read((db) => entityId(db, entity))
  }

  async explain(q: Query, inputs: readonly unknown[] = [], options?: QueryOptions): Promise<Explanation> {
    const { queryEnv } = this.runtime
    return this.#read(async (db, anew) => explain(db, q, await unwrapped(inputs, anew), queryEnv, options), inputs)
  }

  asOf(point: TimePoint): ApiDb {
    return this.#view((db, tx) => ({ ...db, view: { ...db.view, asOf: Math.min(tx, db.view.asOf ?? tx) } }), point)
  }

  since(point: TimePoint): ApiDb {
    return this.#view((db, tx) => ({ ...db, view: { ...db.view, since: Math.max(tx, db.view.since ?? tx) } }), point)
  }

  history(): ApiDb {
    const value = andThen(this.#seen, (db) => ({ ...db, view: { ...db.view, history: true } }))
    return this.#seenAs(value)
  }

  async with(txData: TxForms): Promise<WithResult> {
    const before = await this.#value
    try {
      return await this.#upon(before, txData)
    } catch (e) {
      const newest = isLost(e) ? await this.runtime.confirmed?.() : undefined
      if (newest?.lastTx !== before.lastTx) throw e
      return this.#upon({ ...newest, aliases: before.aliases, view: before.view }, txData)
    }
  }

  async #upon(before: Db, txData: TxForms): Promise<WithResult> {
    let next = this.speculative
    const tx = Math.max(before.lastTx + 1, SPECULATIVE_TX)
    const result = await transact(before, txForms(txData), {
      tx,
      txid: randomUuid(),
      now: this.runtime.now(),
      mint: () => next++,
      ...runtimeEnv(this.runtime, this.origin.datomsOf),
    })
    const after = { ...(await applyTx(before, tx, result.data, before.basisT)), view: before.view }
    const { origin } = this
    const datomsOf: DatomsOf = async (other) => (other === tx ? result.data : origin.datomsOf?.(other))
    const speculative: Origin = {
      datomsOf,
      get gone() {
        return origin.gone
      },
    }
    return {
      dbBefore: this,
      dbAfter: new DbHandle(after, this.runtime, this.basisT, speculative, next),
      txData: showTxData(tx, result.data),
      tempids: result.tempids,
    }
  }

  get #seen(): MaybePromise<Db> {
    return this.given instanceof LazyDb ? this.given.value : this.given
  }

  /** Whether it holds, or may hold, facts that its basis cannot bring back. */
  get isFleeting(): boolean {
    return this.given instanceof Promise || isPendingTx(this.given.lastTx)
  }

  /** Throws `db/gone` where some of it was removed for good. */
  get #value(): MaybePromise<Db> {
    if (!this.origin.gone) return this.#seen
    throw new AnnalsError(
      'db/gone',
      `this value (of t ${this.basisT}) was taken before facts were excised: take a new db()`,
      { basisT: this.basisT },
    )
  }

  /** The value itself, for queries that take several databases. */
  unwrap(): MaybePromise<Db> {
    return this.#value
  }

  /** The value from newer segments, where it can be had from them. */
  async unwrapAnew(): Promise<Db> {
    const newest = await this.runtime.confirmed?.()
    const again = this.origin.gone ? undefined : reopened(placeOf(this.given) ?? (await this.#seen), newest)
    return again ?? this.#value
  }

  /**
   * Reads the value; where its segments, or those of a database among `inputs`, were replaced meanwhile, or are damaged, `anew`: as of
   * its basis from newer ones.
   */
  async #read<T>(reading: (db: Db, anew: boolean) => MaybePromise<T>, inputs: readonly unknown[] = []): Promise<T> {
    const value = this.#value
    let db: Place | undefined = placeOf(this.given)
    try {
      const whole = value instanceof Promise ? await value : value
      db = whole
      const found = reading(whole, false)
      return found instanceof Promise ? await found : found // an answer that is there costs no turn more
    } catch (e) {
      const isOther = isLost(e) && hasHandle(inputs)
      return reading(await (isOther ? this.unwrapAnew() : this.#anew(e, db)), true)
    }
  }

  /** What stands at `place`, from newer segments, after reading it failed with `e` for want of the old ones; otherwise throws `e`. */
  async #anew(e: unknown, place: Place | undefined): Promise<Db> {
    const again = isLost(e) && place !== undefined ? reopened(place, await this.runtime.confirmed?.()) : undefined
    if (again === undefined) throw e
    return again
  }

  #seenAs(value: MaybePromise<Db>): ApiDb {
    return new DbHandle(value, this.runtime, this.basisT, this.origin, this.speculative)
  }

  #view(change: (db: Db, tx: number) => Db, point: TimePoint): ApiDb {
    const anew = async (e: unknown, db: Db): Promise<Db> => {
      const again = await this.#anew(e, db)
      return change(again, await txAt(again, point))
    }
    const value = andThen(this.#seen, (db) => {
      try {
        const tx = txAt(db, point)
        return tx instanceof Promise ? tx.then((found) => change(db, found)).catch((e) => anew(e, db)) : change(db, tx)
      } catch (e) {
        return anew(e, db)
      }
    })
    return this.#seenAs(value)
  }
}

/** What a value is known by, where it stands in the log. */
type Place = Pick<Db, 'basisT' | 'lastTx' | 'view' | 'aliases'> & { readonly schema: Schema | undefined }
const NO_ALIASES: ReadonlyMap<number, number> = new Map()

/** Where a value stands that may never come to be made; undefined where it is there, or waits. */
const placeOf = (given: MaybePromise<Db> | LazyDb): Place | undefined =>
  given instanceof LazyDb
    ? { basisT: given.basisT, lastTx: given.lastTx, view: PLAIN_VIEW, aliases: NO_ALIASES, schema: undefined }
    : undefined

/**
 * What `db` holds, read from `newest`; undefined where that does not know it: a pending or speculative transaction is in it, or its
 * attributes are others today, by which the segments lie.
 */
function reopened({ basisT, lastTx, view, aliases, schema }: Place, newest: Db | undefined): Db | undefined {
  if (newest === undefined || lastTx !== txOfT(basisT) || newest.basisT < basisT) return undefined
  const known = schema === undefined ? newest.schema : earlierSchema(schema, newest.schema)
  if (known === undefined) return undefined
  return {
    ...newest,
    schema: known,
    basisT,
    lastTx,
    aliases,
    view: { ...view, asOf: Math.min(view.asOf ?? lastTx, lastTx) },
  }
}

/** Whether segments could not be read that others may have taken the place of. */
export const isLost = (e: unknown): boolean => isAnnalsError(e, 'db/gone') || isAnnalsError(e, 'storage/corrupt')

/** Handles among a query's inputs, as the values they hold; a promise only where a view still waits for its transaction. */
function unwrapped(inputs: readonly unknown[], anew: boolean): MaybePromise<readonly unknown[]> {
  const values = mapInputs(inputs, (x) => (x instanceof DbHandle ? (anew ? x.unwrapAnew() : x.unwrap()) : x))
  return values.some((x) => x instanceof Promise) ? Promise.all(values) : values
}

const hasHandle = (inputs: readonly unknown[]): boolean => inputs.some((x) => x instanceof DbHandle)

/** What `ask` says of a query's inputs, in which handles are the values they hold; again with newer segments where theirs are gone. */
export async function withInputs<T>(
  inputs: readonly unknown[],
  ask: (inputs: readonly unknown[]) => MaybePromise<T>,
): Promise<T> {
  try {
    return await ask(await unwrapped(inputs, false))
  } catch (e) {
    if (!isLost(e) || !hasHandle(inputs)) throw e
    return ask(await unwrapped(inputs, true))
  }
}
