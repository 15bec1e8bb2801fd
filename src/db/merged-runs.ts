import type { Part } from './part.ts'
import type { Rows } from './rows.ts'

/** A run of a segment with what has changed in it. */
interface Run {
  readonly base: Part
  readonly gone: readonly Part[]
  readonly fresh: readonly Part[]
  readonly rows: Rows
}

/** Rows that are kept: some 6 MiB. */
const MOST_ROWS = 2 ** 18
/** Shorter runs are put together again and again: point lookups, of which no two are of the same run. */
const FEWEST_ROWS = 256

/** Rows that were put together from segments and their novelty, for whoever reads them next while neither has changed there. */
export class MergedRuns {
  /** The oldest segment first. */
  readonly #bySegment = new Map<Rows, Run[]>()
  #rows = 0

  /** Rows that are kept. */
  get size(): number {
    return this.#rows
  }

  find(base: Part, gone: readonly Part[], fresh: readonly Part[]): Rows | undefined {
    const run = this.#bySegment.get(base.rows)?.find((known) => isPart(known.base, base))
    return run !== undefined && areParts(run.gone, gone) && areParts(run.fresh, fresh) ? run.rows : undefined
  }

  keep(base: Part, gone: readonly Part[], fresh: readonly Part[], rows: Rows): void {
    if (rows.length < FEWEST_ROWS) return
    const others = this.#bySegment.get(base.rows)?.filter((known) => !isPart(known.base, base)) ?? []
    this.#forget(base.rows)
    const runs = [...others, { base, gone, fresh, rows }]
    this.#bySegment.set(base.rows, runs)
    for (const run of runs) this.#rows += run.rows.length
    for (const segment of this.#bySegment.keys()) {
      if (this.#rows <= MOST_ROWS) break
      this.#forget(segment)
    }
  }

  #forget(segment: Rows): void {
    for (const { rows } of this.#bySegment.get(segment) ?? []) this.#rows -= rows.length
    this.#bySegment.delete(segment)
  }
}

const isPart = (x: Part, y: Part): boolean => x.rows === y.rows && x.start === y.start && x.end === y.end

const areParts = (x: readonly Part[], y: readonly Part[]): boolean =>
  x.length === y.length && x.every((part, i) => isPart(part, y[i] as Part))
