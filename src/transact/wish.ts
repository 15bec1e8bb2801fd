import { AnnalsError } from '../base/errors.ts'
import { describe } from '../datom/read-value.ts'
import type { Attribute } from '../datom/schema.ts'
import { showValue } from '../datom/show-value.ts'
import type { TxDataBuilder } from '../datom/tx-data.ts'
import { compareValues, sameValue, type Value } from '../datom/value.ts'
import type { Scan } from '../db/scan.ts'

/** Shared by all wishes that have none: a transaction may hold hundreds of thousands. */
const NONE: readonly Value[] = []

/** What one transaction wants of one entity's attribute. */
export class Wish {
  adds: Value[] | typeof NONE = NONE
  retracts: Value[] | typeof NONE = NONE
  retractAll = false
  increment: number | bigint | undefined
  /** What holds before the transaction, in index order. */
  before: readonly Value[] = NONE
  found: Scan | undefined

  constructor(
    readonly e: number,
    readonly a: Attribute,
  ) {}

  add(v: Value): void {
    if (this.adds === NONE) this.adds = [v]
    else (this.adds as Value[]).push(v)
  }

  retract(v: Value): void {
    if (this.retracts === NONE) this.retracts = [v]
    else (this.retracts as Value[]).push(v)
  }

  /** What an attribute of cardinality one will have; undefined for nothing. */
  get outcome(): Value | undefined {
    if (this.adds.length > 0) return this.adds[0]
    return this.before.find((v) => !this.retractAll && !includes(this.retracts, v))
  }

  /** Whether the entity will no longer have `v`, which it has. */
  givesUp(v: Value): boolean {
    if (!includes(this.before, v) || includes(this.adds, v)) return false
    return this.retractAll || includes(this.retracts, v) || (!this.a.many && this.adds.length > 0)
  }
}

export function includes(values: readonly Value[], v: Value): boolean {
  for (const x of values) if (sameValue(x, v)) return true
  return false
}

/** Writes the datoms that a wish comes to. Throws `tx/datoms-conflict`. Requires: `before` is known. */
export function decideWish(w: Wish, out: TxDataBuilder): void {
  const { e, a, adds, before } = w
  for (const v of w.retractAll ? [...before, ...w.retracts] : w.retracts) {
    if (!includes(adds, v)) continue
    throw new AnnalsError(
      'tx/datoms-conflict',
      `one transaction asserts and retracts ${a.ident} ${describe(showValue(v))} of entity ${e}; say one of them`,
      { e, attribute: a.ident, value: showValue(v) },
    )
  }
  for (const v of before) {
    if (w.givesUp(v)) out.push(e, a.id, v, 0)
  }
  const news = adds.length > 1 ? [...adds].sort(compareValues) : adds
  for (const v of news) if (!includes(before, v)) out.push(e, a.id, v, 1)
}
