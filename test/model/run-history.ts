import { expect } from 'vitest'
import { type Connection, isAnnalsError, memory, open, type ShownDatom, type TxReport } from '../../src/engine.ts'
import type { History, Step } from './arb-history.ts'
import { asText } from './as-text.ts'
import { factKey, type ModelDatom, ModelDb, modelDatom } from './model-db.ts'
import { builtin } from './model-schema.ts'
import { type ModelOutcome, modelTransact } from './model-transact.ts'
import { Refused } from './refused.ts'
import { BEGINNING, FUNCTIONS, MODEL_FUNCTIONS } from './universe.ts'

const FIRST_TX = 2 ** 29
/** Entities of the model that have not met theirs in annals. */
const UNMET = 2 ** 31
/** The first entity that is not a built-in. */
const FIRST_OWN = 1000
const START = Date.UTC(2026, 0, 1)

/** How often what was exercised: a generator that stops reaching something is found out. */
export interface Tally {
  accepted: number
  undone: number
  /** Refused for another reason than the model's. */
  refusedOtherwise: number
  readonly refused: Map<string, number>
}

let begun = false

/** One history in annals and in the model, side by side. */
export class SideBySide {
  private model: ModelDb
  private clock = START
  private readonly snapshots: { readonly tx: number; readonly facts: readonly string[] | undefined }[] = []

  private constructor(
    private readonly storage: ReturnType<typeof memory>,
    private readonly conn: Connection,
    builtins: readonly ShownDatom[],
    private readonly tally: Tally,
  ) {
    this.model = new ModelDb(builtins.map(modelDatom))
  }

  static async run(history: History, tally: Tally): Promise<void> {
    const storage = memory()
    let now = (): number => START
    const conn = await open('model', { storage, functions: FUNCTIONS, now: () => now() })
    try {
      const side = new SideBySide(storage, conn, await conn.db().datoms('eavt'), tally)
      now = () => side.clock
      for (const forms of BEGINNING) await side.begin(forms)
      begun = true
      for (const step of history) {
        const { accepted } = tally
        await side.step(step)
        if (tally.accepted > accepted) await side.compare(conn)
      }
      await side.reopened()
    } finally {
      await conn.close()
    }
  }

  /** The beginning is always the same: the model decides it once, and takes it as it is from then on. */
  private async begin(forms: readonly unknown[]): Promise<void> {
    if (!begun) {
      await this.transact(forms, false)
      return this.compare(this.conn)
    }
    const { tx, txData } = await this.conn.transact(forms)
    this.model = this.model.plus(txData.map(modelDatom))
    this.snapshots.push({ tx, facts: undefined })
  }

  private async step(step: Step): Promise<void> {
    if (step.do === 'wait') this.clock += step.ms
    else if (step.do === 'transact') await this.transact(this.placed(step.forms) as unknown[], step.asText)
    else await this.undo([...new Set(step.txs.map((n) => this.tx(n)))])
  }

  private get last(): number {
    return this.model.datoms.at(-1)?.tx ?? FIRST_TX
  }
  /** The n-th transaction from the end. */
  private tx = (n: number): number => this.last - (n % (this.last - FIRST_TX))

  /** The forms with their places filled. */
  private placed(x: unknown): unknown {
    if (Array.isArray(x)) return x.map((y) => this.placed(y))
    if (typeof x !== 'object' || x === null || x instanceof Date) return x
    if ('$tx' in x) return this.tx(x.$tx as number)
    if ('$date' in x) return new Date(this.clock + (x.$date as number))
    if (!('$entity' in x)) return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, this.placed(v)]))
    const known = [...new Set(this.model.datoms.map((d) => d.e))].filter((e) => e >= FIRST_OWN && e < FIRST_TX)
    return known[known.length - 1 - ((x.$entity as number) % known.length)]
  }

  /** What the model says to `forms`, or its refusal. */
  private decided(forms: readonly unknown[]): ModelOutcome | Refused {
    let unmet = UNMET
    try {
      const env = { tx: this.last + 1, now: this.clock, mint: () => unmet++, ...MODEL_FUNCTIONS }
      return modelTransact(this.model, forms, env)
    } catch (e) {
      if (e instanceof Refused) return e
      throw e
    }
  }

  private async transact(forms: readonly unknown[], text: boolean): Promise<void> {
    const wanted = this.decided(forms)
    const before = this.conn.db()
    const report = await this.conn.transact(text ? asText(forms) : forms).catch((e: unknown) => e)
    if (wanted instanceof Refused) {
      if (!isAnnalsError(report) || report.code.startsWith('internal/'))
        throw new Error(`wanted a refusal, ${wanted.areas.join(' or ')}: ${wanted.message}`, { cause: report })
      // what is wrong in two ways may be refused for either
      if (!wanted.areas.includes(String(report.code.split('/')[0]))) this.tally.refusedOtherwise++
      expect(this.conn.db()).toBe(before)
      this.tally.refused.set(wanted.area, (this.tally.refused.get(wanted.area) ?? 0) + 1)
      return
    }
    if (report instanceof Error) throw new Error('annals refused what the model accepts', { cause: report })
    await this.took(wanted, report as TxReport)
  }

  private async undo(txs: readonly number[]): Promise<void> {
    const forms = [[':db/undo', ...txs]]
    const wanted = this.decided(forms)
    const plan = await this.conn.planUndo(txs)
    const report = await this.conn.undo(txs).catch((e: unknown) => e)
    if (wanted instanceof Refused) {
      expect(isAnnalsError(report) && report.code.split('/')[0]).toBe(wanted.area)
      return
    }
    if (report instanceof Error) throw new Error('annals refused an undo', { cause: report })
    const { id, ...undone } = report as Awaited<ReturnType<Connection['undo']>>
    expect(undone).toEqual(plan)
    if (id === undefined) {
      expect(wanted.said.filter((d) => d.e < FIRST_TX)).toEqual([])
      return
    }
    this.tally.undone++
    const entries: ShownDatom[] = []
    for await (const entry of this.conn.log({ from: this.last + 1 - FIRST_TX })) entries.push(...entry.datoms)
    await this.took(wanted, { id, txData: entries, tempids: {} })
  }

  /** The model follows. */
  private async took(wanted: ModelOutcome, report: Pick<TxReport, 'id' | 'txData' | 'tempids'>): Promise<void> {
    const tx = this.last + 1
    this.tally.accepted++
    const uuid = modelDatom({ e: tx, a: builtin(this.model, ':tx/id'), v: report.id, tx, added: true })
    const { said, increments } = met({ ...wanted, said: [...wanted.said, uuid] }, report, this.model)
    this.model = this.model.plus(said, increments)
    this.snapshots.push({ tx, facts: keys(await this.conn.db().seekDatoms('eavt', FIRST_OWN)) })
  }

  private async compare(conn: Connection): Promise<void> {
    const db = conn.db()
    const own = (ds: readonly ModelDatom[]): string[] => keys(ds.filter((d) => d.e >= FIRST_OWN))
    const from = async (view: typeof db): Promise<string[]> => keys(await view.seekDatoms('eavt', FIRST_OWN))
    same(await from(db), own(this.model.now), 'current')
    same(await from(db.history()), own(this.model.history()), 'history')
    const forgot = this.model.datoms.some((d) => d.hidden)
    for (const { tx, facts } of this.snapshots) {
      const then = await from(db.asOf(tx))
      same(then, own(this.model.holding(tx)), `as of ${tx}`)
      same(await from(db.since(tx)), own(this.model.since(tx)), `since ${tx}`)
      if (facts !== undefined && !forgot) same(then, facts, `the value taken at ${tx}`)
    }
  }

  /** The same once more, from the log; and the other indexes. */
  private async reopened(): Promise<void> {
    const conn = await open('model', { storage: this.storage, functions: FUNCTIONS, now: () => this.clock })
    try {
      await this.compare(conn)
      const db = conn.db()
      for (const { tx } of this.snapshots) {
        const wanted = this.model.history(tx).filter((d) => d.e >= FIRST_OWN)
        same(keys(await db.asOf(tx).history().seekDatoms('eavt', FIRST_OWN)), keys(wanted), `history as of ${tx}`)
      }
      const typed = this.model.now.filter((d) => d.a === builtin(this.model, ':db/valueType'))
      for (const { e: a } of typed.filter((d) => d.e >= FIRST_OWN)) {
        const wanted = this.model.history().filter((d) => d.a === a)
        same(keys(await db.datoms('aevt', a)), keys(this.model.now.filter((d) => d.a === a)), `AEVT of ${a}`)
        same(keys(await db.history().datoms('aevt', a)), keys(wanted), `the history of ${a}`)
        const indexed = ['unique', 'index'].some((n) => this.model.values(a, builtin(this.model, `:db/${n}`))[0])
        if (indexed) same(keys(await db.history().datoms('avet', a)), keys(wanted), `AVET of ${a}`)
      }
    } finally {
      await conn.close()
    }
  }
}

const keys = (ds: readonly (ShownDatom & { readonly key?: string })[]): string[] =>
  ds.map((d) => `${d.key ?? factKey(d.e, d.a, d.v)} ${d.tx} ${d.added}`).sort()

/** Vitest's own comparison is slow, and needed only to show a difference. */
function same(found: readonly string[], wanted: readonly string[], what: string): void {
  if (found.join('\n') !== wanted.join('\n')) expect(found, what).toEqual(wanted)
}

/**
 * What the model said, with annals' ids for new entities: those of named tempids are told, the others have to fit in some way.
 */
function met(
  { said, increments, tempids }: ModelOutcome,
  report: Pick<TxReport, 'txData' | 'tempids'>,
  before: ModelDb,
): Pick<ModelOutcome, 'said' | 'increments'> {
  expect([...tempids.keys()].sort()).toEqual(Object.keys(report.tempids).sort())
  const ids = new Map<number, number>()
  for (const [name, id] of tempids) {
    const theirs = report.tempids[name] as number
    expect(ids.get(id) ?? theirs).toBe(theirs)
    if (id >= UNMET) ids.set(id, theirs)
    else expect(theirs).toBe(id)
  }
  const wanted = keys(report.txData)
  const taken = new Set([...ids.values(), ...before.datoms.map((d) => d.e)])
  const free = [...new Set(report.txData.map((d) => d.e))].filter((e) => e < FIRST_TX && !taken.has(e))
  const open = [...new Set(said.map((d) => d.e))].filter((e) => e >= UNMET && !ids.has(e))
  let nearest = said
  for (const order of permutations(free)) {
    const all = new Map([...ids, ...open.map((id, i) => [id, order[i] ?? id] as const)])
    const is = <T>(x: T): T => (all.get(x as number) as T | undefined) ?? x
    nearest = said.map((d) => modelDatom({ ...d, e: is(d.e), v: is(d.v) }))
    const found = keys(nearest)
    if (found.length !== wanted.length || found.some((k, i) => k !== wanted[i])) continue
    return { said: nearest, increments: increments.map((x) => ({ ...x, e: is(x.e) })) }
  }
  expect(wanted, 'the datoms of the transaction').toEqual(keys(nearest))
  return { said: nearest, increments }
}

function* permutations(xs: readonly number[]): Iterable<readonly number[]> {
  if (xs.length === 0) yield []
  for (const [i, x] of xs.entries()) {
    for (const rest of permutations([...xs.slice(0, i), ...xs.slice(i + 1)])) yield [x, ...rest]
  }
}
