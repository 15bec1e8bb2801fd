import type { TransactOptions } from '../api/connection.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { randomUuid } from '../base/random-uuid.ts'
import { txOfT } from '../datom/ids.ts'
import type { LogRow } from '../storage/port.ts'
import { transact } from '../transact/transact.ts'
import type { DatomsOf, Transaction } from '../transact/transaction.ts'
import type { Call } from './call-queue.ts'
import { type Decided, Draft, type Run } from './draft.ts'
import type { WriteOptions, Written } from './ledger.ts'
import { LookAhead } from './look-ahead.ts'
import type { Place } from './place.ts'
import type { Runtime } from './runtime.ts'
import { Breaks } from './sequence.ts'

/** A transaction that somebody wants made. */
export interface Request {
  readonly forms: readonly unknown[]
  readonly options: WriteOptions
}
type WriteCall = Call<Request, Written>

/** What a group of calls comes to. Nothing is stored yet. */
export interface DecidedGroup {
  readonly done: readonly { readonly call: WriteCall; readonly written: Written }[]
  readonly refused: readonly { readonly call: WriteCall; readonly error: unknown }[]
  readonly rows: readonly LogRow[]
  readonly nextId: number
  /** Puts what was decided into the indexes, which nobody has to wait for before it is stored. */
  place(): Promise<Place>
}

/** Decides calls one after another, from `place` on. `datomsOf` knows what the log holds. Rejects with `db/gone`, of `place` itself. */
export async function decideGroup(
  calls: readonly WriteCall[],
  place: Place,
  runtime: Runtime,
  datomsOf: DatomsOf,
): Promise<DecidedGroup> {
  const done: { call: WriteCall; written: Written }[] = []
  const refused: { call: WriteCall; error: unknown }[] = []
  const rows: LogRow[] = []
  const breaks = new Breaks()
  const known: DatomsOf = async (tx) => done.find((d) => d.written.tx === tx)?.written.data ?? datomsOf(tx)
  const draft = new Draft(place)
  const txids = calls.map(() => randomUuid())
  const runs = calls.map(({ input }, i) => runOf(input, txids[i] as string))
  const lookAhead = new LookAhead(
    draft,
    calls.map(({ input }) => input.forms),
    (i, tx) => draft.foresee(runtime, known, runs[i] as Run<Transaction>, tx),
  )
  for (const [i, call] of calls.entries()) {
    const { options } = call.input
    const next = lookAhead.next(i)
    const foreseen = next instanceof Promise ? await next : next
    try {
      breaks.check(options.sequence)
      checkBasis(options, draft.head.t)
      const decided = foreseen ?? (await draft.decide(runtime, known, runs[i] as Run<Transaction>))
      const { written, row } = add(draft, txids[i] as string, decided)
      done.push({ call, written })
      rows.push(row)
    } catch (error) {
      if (isAnnalsError(error, 'db/gone')) throw error
      breaks.add(options.sequence)
      refused.push({ call, error })
    }
  }
  return { done, refused, rows, nextId: draft.nextId, place: () => draft.place() }
}

/** Decides one transaction at `place`. */
export async function decideOne(request: Request, place: Place, runtime: Runtime, datomsOf: DatomsOf) {
  const draft = new Draft(place)
  const txid = randomUuid()
  const { row } = add(draft, txid, await draft.decide(runtime, datomsOf, runOf(request, txid)))
  return { row, place: await draft.place() }
}

const runOf =
  ({ forms }: Request, txid: string): Run<Transaction> =>
  (db, env) =>
    transact(db, forms, { ...env, txid })

const NO_ALIASES: ReadonlyMap<number, number> = new Map()

/** Adds what was decided. */
function add(
  draft: Draft,
  txid: string,
  { data, instant, tempids, nextId }: Decided,
): { readonly written: Written; readonly row: LogRow } {
  const before = draft.value.now
  const t = draft.head.t + 1
  const row = draft.add({ t, txid, instant, data, origin: undefined, aliases: NO_ALIASES }, nextId)
  const written: Written = { txid, tx: txOfT(t), t, data, tempids, before, after: draft.value.now }
  return { written, row }
}

/** Throws `tx/basis-moved` when the caller asked for another basis than `t`. */
export function checkBasis(options: TransactOptions, t: number): void {
  if (options.ifBasis === undefined || options.ifBasis === t) return
  throw new AnnalsError(
    'tx/basis-moved',
    `the database is at t ${t}, not ${options.ifBasis}: read again and decide anew`,
    {
      expected: options.ifBasis,
      actual: t,
    },
  )
}
