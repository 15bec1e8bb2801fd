import type { Value } from './value.ts'

/** The datoms of one transaction, as columns: `added[i]` is 1 for an assertion, 0 for a retraction. */
export interface TxData {
  readonly length: number
  readonly e: readonly number[]
  readonly a: readonly number[]
  readonly v: readonly Value[]
  readonly added: readonly (0 | 1)[]
}

/** Transaction data under construction. */
export class TxDataBuilder implements TxData {
  readonly e: number[] = []
  readonly a: number[] = []
  readonly v: Value[] = []
  readonly added: (0 | 1)[] = []
  get length(): number {
    return this.e.length
  }
  push(e: number, a: number, v: Value, added: 0 | 1): void {
    this.e.push(e)
    this.a.push(a)
    this.v.push(v)
    this.added.push(added)
  }
}
