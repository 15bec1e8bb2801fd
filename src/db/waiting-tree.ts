import type { Index } from './index-order.ts'
import { joinOrdered, type OrderedRows } from './ordered-rows.ts'
import { NO_ROWS, type Rows } from './rows.ts'
import { changeTree, type Node, type Tree } from './tree.ts'

/**
 * A tree to which many rows have come that nobody has looked at yet. They are sorted and put in when somebody does; what comes one after
 * the other goes in at once, and what is merged into segments before was never in a tree.
 */
export class WaitingTree implements Tree {
  #ground: Tree
  #waiting: readonly OrderedRows[]
  #made: Tree | undefined

  /** Requires: none of `added` is in `before`. */
  constructor(
    readonly index: Index,
    before: Tree,
    added: OrderedRows,
  ) {
    const joins = before instanceof WaitingTree && before.#waiting[0]?.schema === added.schema
    this.#ground = joins ? before.#ground : before
    this.#waiting = joins ? [...before.#waiting, added] : [added]
  }

  get root(): Node | undefined {
    if (this.#made === undefined) {
      this.#made = changeTree(this.#ground, NO_ROWS, this.#ordered())
      // what it was made of is held no longer, nor what that was made of
      this.#ground = this.#made
      this.#waiting = []
    }
    return this.#made.root
  }

  /** How many rows it holds. */
  get count(): number {
    const isWhole = this.index === 'eavt' || this.index === 'aevt'
    return this.#made === undefined && isWhole
      ? this.#waiting.reduce((n, { length }) => n + length, this.#ground.count)
      : (this.root?.count ?? 0)
  }

  /** All rows, where they are not in a tree yet. */
  get rows(): Rows | undefined {
    return this.#made === undefined && this.#ground.count === 0 ? this.#ordered() : undefined
  }

  #ordered(): Rows {
    return joinOrdered(this.#waiting)[this.index]
  }
}
