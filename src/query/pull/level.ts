import type { Db } from '../../db/db.ts'
import type { Scan } from '../../db/scan.ts'
import type { Flow } from '../flow.ts'
import type { Budget } from './budget.ts'
import type { Builder } from './build.ts'
import { type Lane, lanesOf } from './lane.ts'
import type { Node } from './node.ts'
import type { PullPlan } from './plan.ts'

/** Entities read between two looks at the budget's clock. */
const LOOK_EVERY = 1024

/** The entities that one pattern reads next. Takes the nodes over and sorts them by entity, as the lanes need them. */
export class Level {
  readonly scans: readonly Scan[]
  readonly #lanes: readonly Lane[]

  constructor(
    db: Db,
    private readonly plan: PullPlan,
    private readonly nodes: Node[],
  ) {
    if (!isSorted(nodes)) nodes.sort((x, y) => x.entity - y.entity)
    const entities: number[] = []
    for (const { entity } of nodes) if (entities[entities.length - 1] !== entity) entities.push(entity)
    this.#lanes = lanesOf(db, plan, entities)
    const [first] = this.#lanes
    const only = this.#lanes.length === 1 ? first : undefined
    this.scans = only === undefined ? Array.from(new Set(this.#lanes.flatMap(({ scans }) => scans))) : only.scans
  }

  /** Requires: the scans are loaded. */
  *read(builder: Builder, budget: Budget): Flow<void> {
    const { nodes } = this
    const lanes = this.#lanes
    let place = -1
    let last = -1
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as Node
      if (node.entity !== last) place++
      last = node.entity
      for (const lane of lanes) lane.open(place)
      builder.read(this.plan, lanes, node)
      if (i % LOOK_EVERY === LOOK_EVERY - 1) yield* budget.breathe()
    }
  }
}

function isSorted(nodes: readonly Node[]): boolean {
  for (let i = 1; i < nodes.length; i++) {
    if ((nodes[i - 1] as Node).entity > (nodes[i] as Node).entity) return false
  }
  return true
}
