import type { TxData } from '../datom/tx-data.ts'
import type { ReadLog } from '../db/db.ts'
import { comparePlace, type Index, type Place } from '../db/index-order.ts'
import type { Rows } from '../db/rows.ts'
import type { Change } from './ledger.ts'

interface ReadRange {
  readonly index: Index
  readonly from: Place
  readonly to: Place
}

/** A question that read more ranges is better told by its attributes: looking through all of them takes as long as an answer. */
const MOST = 512

/** What a live question read: a change that says nothing there cannot change its answer. */
export class LiveReads implements ReadLog {
  /** undefined where there were too many. */
  #ranges: ReadRange[] | undefined = []
  /** Attributes of the facts that were read; undefined for all. */
  #attributes: Set<number> | undefined = new Set()
  /** What was asked about last, and the answer: all are asked of a change when it is foreseen and when it is there. */
  #data: Change['data']
  #meets = true

  note(index: Index, from: Place, to: Place): void {
    if (from.a === undefined || from.a !== to.a) this.#attributes = undefined
    else this.#attributes?.add(from.a)
    if (this.#ranges?.length === MOST) this.#ranges = undefined
    this.#ranges?.push({ index, from, to })
  }

  /** Is told by its attributes from now on, and by those of `before`: what it costs to look is less than to compare. */
  widen(before: LiveReads | undefined): void {
    this.#ranges = undefined
    const others = before === undefined ? [] : before.#attributes
    if (others === undefined) this.#attributes = undefined
    else for (const a of others) this.#attributes?.add(a)
  }

  /** Notes that something was read which lies in no index: any change can change it. */
  noteAll(): void {
    this.#ranges = undefined
    this.#attributes = undefined
  }

  /** Whether a change says something in what was read; true where that cannot be told. Requires: all that was read is noted. */
  meets(change: Pick<Change, 'attributes' | 'data'>): boolean {
    const { data } = change
    if (data === undefined || data !== this.#data) this.#meets = this.#lookUp(change)
    this.#data = data
    return this.#meets
  }

  #lookUp({ attributes, data }: Pick<Change, 'attributes' | 'data'>): boolean {
    const mine = this.#attributes
    if (mine !== undefined && attributes !== undefined && !haveCommon(attributes, mine)) return false
    const ranges = this.#ranges
    return data === undefined || ranges === undefined || data.some((facts) => ranges.some((r) => liesIn(facts, r)))
  }
}

function haveCommon(some: ReadonlySet<number>, others: ReadonlySet<number>): boolean {
  for (const x of some) if (others.has(x)) return true
  return false
}

function liesIn(data: TxData, { index, from, to }: ReadRange): boolean {
  // asked of all that is live at every change: most ranges are of one attribute or one entity, which is told without comparing
  const a = from.a === to.a ? from.a : undefined
  const e = from.e === to.e ? from.e : undefined
  const compare = comparePlace[index]
  // places of ranges name no transaction, and a comparison reads only what they name
  const rows = data as unknown as Rows
  for (let i = 0; i < data.length; i++) {
    if ((a !== undefined && data.a[i] !== a) || (e !== undefined && data.e[i] !== e)) continue
    if (index === 'vaet' && typeof data.v[i] !== 'number') continue
    if (compare(rows, i, from) >= 0 && compare(rows, i, to) <= 0) return true
  }
  return false
}
