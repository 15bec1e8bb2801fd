/** Transactions of which none is made any more once one of them was refused. */
export interface Sequence {
  /** Whether one was refused, for good. */
  broken: boolean
}

/** Which sequences break while a group of transactions is decided, which may have to be decided anew. */
export class Breaks {
  readonly #broken = new Set<Sequence>()

  /** Throws {@link NotReached} when one before it was refused. */
  check(sequence: Sequence | undefined): void {
    if (sequence !== undefined && (sequence.broken || this.#broken.has(sequence))) throw new NotReached()
  }

  add(sequence: Sequence | undefined): void {
    if (sequence !== undefined) this.#broken.add(sequence)
  }
}

/** One of a sequence was refused, and stays so. */
export function breakOff(sequence: Sequence | undefined): void {
  if (sequence !== undefined) sequence.broken = true
}

/** A transaction was not tried, because one before it was refused. */
export class NotReached extends Error {}
