import { Path } from './path.ts'
import type { PullPlan, Spec } from './plan.ts'

/** One map of the answer while it is being built. */
export class Node {
  /** undefined until it is finished, and for ever when nothing of the pattern was found. */
  result: Record<string, unknown> | undefined
  /** Whether the result holds a fact, and not only an id and defaults. */
  found = false
  /** What was read for each of `specs`, until it is finished; a node stands for a map that is being built. */
  specs: readonly Spec[] = []
  values: readonly unknown[] = []

  constructor(
    readonly entity: number,
    /** The way here from the start of a recursion, if there was a step. */
    private way?: Path,
    /** Steps left of each bounded recursion of the plan, if one was taken. */
    private readonly left?: readonly number[],
  ) {}

  /** Steps left of the recursion `slot` of `plan`, the pattern of this node. */
  stepsLeft(plan: PullPlan, slot: number): number {
    return (this.left ?? plan.steps)[slot] as number
  }

  /** The node of `entity`, one step of recursion or into a component on; undefined when the entity is on the way here. */
  step(entity: number, plan: PullPlan, slot: number | undefined): Node | undefined {
    if (this.way === undefined) this.way = Path.start(this.entity)
    const way = this.way.step(entity)
    if (way === undefined) return undefined
    if (slot === undefined) return new Node(entity, way, this.left)
    const left = (this.left ?? plan.steps).slice()
    left[slot] = (left[slot] as number) - 1
    return new Node(entity, way, left)
  }
}
