import { append } from '../base/append.ts'
import type { Value } from './value.ts'

/**
 * What `:db/inc` added to a number, beside the datoms that came of it: two increments of one fact commute, and undoing one takes
 * off what it had added, whatever the number is by then. At most one a fact in a transaction, save in an undo of several.
 */
export interface Increment {
  readonly e: number
  readonly a: number
  /** A bigint for attributes of type bigint. 0 only where an undo takes back several that cancel each other. */
  readonly delta: number | bigint
  /** In an undo: whose increment this takes back. */
  readonly of?: IncrementSource
}
export interface IncrementSource {
  readonly tx: number
  /** Whether that transaction's facts were still the last word, and reverted as they stood. */
  readonly exact: boolean
}

/**
 * The datoms of one transaction, as columns (`added[i]` is 1 for an assertion, 0 for a retraction), and the increments behind
 * them. Large ones come in typed arrays.
 */
export interface TxData {
  readonly length: number
  readonly e: readonly number[] | Int32Array
  readonly a: readonly number[] | Int32Array
  readonly v: readonly Value[]
  readonly added: readonly (0 | 1)[] | Uint8Array
  readonly increments: readonly Increment[]
}

/** Transaction data under construction. */
export class TxDataBuilder implements TxData {
  readonly e: number[] = []
  readonly a: number[] = []
  readonly v: Value[] = []
  readonly added: (0 | 1)[] = []
  readonly increments: Increment[] = []
  get length(): number {
    return this.e.length
  }
  push(e: number, a: number, v: Value, added: 0 | 1): void {
    this.e.push(e)
    this.a.push(a)
    this.v.push(v)
    this.added.push(added)
  }

  /** These datoms, and then those of `next`, with the increments of both. */
  concat(next: TxDataBuilder): TxData {
    return {
      length: this.length + next.length,
      e: this.e.concat(next.e),
      a: this.a.concat(next.a),
      v: this.v.concat(next.v),
      added: this.added.concat(next.added),
      increments: this.increments.concat(next.increments),
    }
  }
}

/** The datoms of which `keep` says so, by place, and all increments. */
export function filterTxData(data: TxData, keep: (i: number) => boolean): TxDataBuilder {
  const out = new TxDataBuilder()
  for (let i = 0; i < data.length; i++) {
    if (keep(i)) out.push(data.e[i] as number, data.a[i] as number, data.v[i] as Value, data.added[i] as 0 | 1)
  }
  append(out.increments, data.increments)
  return out
}
