import type {
  Db,
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
import type { ViewStep, WireInput, WireWith, WorkerCalls } from '../api/messages.ts'
import { mapInputs } from '../base/map-inputs.ts'
import { plainKeyIfAny } from '../base/plain-key.ts'
import type { Args, Value } from './calls.ts'
import type { KeptValue } from './kept-values.ts'
import { unpackRows } from './packed-rows.ts'
import type { OwnArgs } from './page-sync.ts'
import { withSignal } from './with-signal.ts'
import type { WorkerLink } from './worker-link.ts'

/** What a value needs of its connection. */
export interface DbOwner {
  /** The living worker with the database open in it. Rejects with `client/worker-failed`, `connection/closed`. */
  open(): WorkerLink | Promise<WorkerLink>
  /** The speculative value that `with` made. */
  adopt(link: WorkerLink, made: WireWith): Omit<WithResult, 'dbBefore'>
}

/** The calls that ask a value for something, and need nothing else of the worker. */
type DbCalls = 'datoms' | 'seek' | 'indexRange' | 'indexPull' | 'entid'

/** A database value on the page: the name of one that the worker keeps. Views of it cost nothing until they are asked. */
export class PageDb implements Db {
  constructor(
    private readonly owner: DbOwner,
    private readonly value: KeptValue,
    private readonly steps: readonly ViewStep[] = [],
  ) {}

  get basisT(): number {
    return this.value.basisT
  }

  async q<Row = unknown>(query: Query, inputs: readonly unknown[] = [], options?: QueryOptions): Promise<Row> {
    const link = await this.owner.open()
    const wire = await withSignal(link, options, (o) =>
      link.call('q', this.value.ref(link, this.steps), query, wireInputs(inputs, link), o),
    )
    return unpackRows(wire) as Row
  }

  async pull<Entity = Record<string, unknown>>(
    pattern: PullPattern,
    entity: EntityRef,
    options?: QueryOptions,
  ): Promise<Entity | undefined> {
    return (await this.pullMany<Entity>(pattern, [entity], options))[0]
  }

  async pullMany<Entity = Record<string, unknown>>(
    pattern: PullPattern,
    entities: readonly EntityRef[],
    options?: QueryOptions,
  ): Promise<(Entity | undefined)[]> {
    const link = await this.owner.open()
    const found = await withSignal(link, options, (o) =>
      link.call('pullMany', this.value.ref(link, this.steps), pattern, entities, o),
    )
    return found as (Entity | undefined)[]
  }

  async datoms<Datom = ShownDatom>(index: IndexName, ...components: readonly unknown[]): Promise<Datom[]> {
    return unpackRows(await this.#ask('datoms', index, components)) as Datom[]
  }

  seekDatoms(index: IndexName, ...components: readonly unknown[]): Promise<ShownDatom[]> {
    return this.#seek(index, components, false)
  }

  rseekDatoms(index: IndexName, ...components: readonly unknown[]): Promise<ShownDatom[]> {
    return this.#seek(index, components, true)
  }

  async indexRange<Datom = ShownDatom>(
    attribute: string,
    start?: unknown,
    end?: unknown,
    options?: PageOptions,
  ): Promise<Datom[]> {
    return unpackRows(await this.#ask('indexRange', attribute, start, end, options)) as Datom[]
  }

  async indexPull<Entity = Record<string, unknown>>(request: IndexPull): Promise<(Entity | undefined)[]> {
    return (await this.#ask('indexPull', request)) as (Entity | undefined)[]
  }

  entid(entity: EntityRef): Promise<number | undefined> {
    return this.#ask('entid', entity)
  }

  async explain(query: Query, inputs: readonly unknown[] = [], options?: QueryOptions): Promise<Explanation> {
    const link = await this.owner.open()
    return withSignal(link, options, (o) =>
      link.call('explain', this.value.ref(link, this.steps), query, wireInputs(inputs, link), o),
    )
  }

  asOf(point: TimePoint): Db {
    return this.#seen(['asOf', point])
  }

  since(point: TimePoint): Db {
    return this.#seen(['since', point])
  }

  history(): Db {
    return this.#seen(['history'])
  }

  async with(txData: TxForms): ReturnType<Db['with']> {
    const link = await this.owner.open()
    const made = await link.call('with', this.value.ref(link, this.steps), txData)
    return { dbBefore: this, ...this.owner.adopt(link, made) }
  }

  /** The same for two views of one value that show the same. */
  get key(): string | undefined {
    return plainKeyIfAny([this.value.serial, this.steps])
  }

  /** As an input of a query that runs in `link`. */
  asInput(link: WorkerLink): WireInput {
    return this.value.ref(link, this.steps)
  }

  async #seek(index: IndexName, components: readonly unknown[], reverse: boolean): Promise<ShownDatom[]> {
    return unpackRows(await this.#ask('seek', index, components, reverse)) as ShownDatom[]
  }

  async #ask<K extends DbCalls>(op: K, ...args: OwnArgs<K>): Promise<Value<WorkerCalls, K>> {
    const link = await this.owner.open()
    return link.call(op, ...([this.value.ref(link, this.steps), ...args] as unknown as Args<WorkerCalls, K>))
  }

  #seen(step: ViewStep): Db {
    return new PageDb(this.owner, this.value, [...this.steps, step])
  }
}

/** A query's inputs as they cross: database values by name. */
export const wireInputs = (inputs: readonly unknown[], link: WorkerLink): readonly WireInput[] =>
  mapInputs(inputs, (x) => (x instanceof PageDb ? x.asInput(link) : [x]))
