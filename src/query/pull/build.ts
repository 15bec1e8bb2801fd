import { unreachable } from '../../base/assert.ts'
import type { Schema } from '../../datom/schema.ts'
import { showValue } from '../../datom/show-value.ts'
import type { Value } from '../../datom/value.ts'
import { atOnce, callFailed } from '../own-call.ts'
import type { Budget } from './budget.ts'
import type { Cursor } from './cursor.ts'
import type { Lane } from './lane.ts'
import { Node } from './node.ts'
import type { PullPlan, Spec, Target, Track } from './plan.ts'
import { setKey } from './set-key.ts'
import { ID_SPEC, wildcardOf } from './wildcard.ts'
import { XFORMS } from './xforms.ts'

/** Functions by their registered names; called with one value, they answer at once. */
export type Functions = ReadonlyMap<string, (...args: unknown[]) => unknown>

/** Stands for what a recursion did not follow because its steps were used up: shown as nothing, not even as a default. */
const CUT: unique symbol = Symbol('cut')

/** Turns the facts of entities into maps, and collects the entities that the maps need next. */
export class Builder {
  /** Nodes whose maps wait for others, in the order in which they were read: each before those within it. */
  readonly #waiting: Node[] = []
  #next = new Map<PullPlan, Node[]>()
  #children = 0

  constructor(
    private readonly schema: Schema,
    private readonly functions: Functions,
    private readonly budget: Budget,
  ) {}

  /** What is to be read next, by the pattern that reads it; empty when everything is read. */
  takeNext(): ReadonlyMap<PullPlan, Node[]> {
    const next = this.#next
    this.#next = new Map()
    return next
  }

  /** Reads the facts of `node`, and makes its map unless it needs others. Requires: the lanes are open for its entity. */
  read(plan: PullPlan, lanes: readonly Lane[], node: Node): void {
    this.budget.spend(1)
    const before = this.#children
    const values: unknown[] = new Array(plan.specs.length)
    for (const { track, cursor } of lanes) if (track !== undefined) this.#readTrack(plan, track, cursor, node, values)
    node.specs = plan.specs
    node.values = values
    if (plan.wildcard) this.#readRest(plan, (lanes[0] as Lane).cursor, node)
    if (this.#children !== before) this.#waiting.push(node)
    else this.#finish(node)
  }

  /** Makes the maps that waited for others, the innermost first. */
  finishWaiting(): void {
    for (let i = this.#waiting.length - 1; i >= 0; i--) this.#finish(this.#waiting[i] as Node)
  }

  #readTrack(plan: PullPlan, { attributes, places }: Track, cursor: Cursor, node: Node, values: unknown[]): void {
    for (let i = 0; i < attributes.length; i++) {
      const a = attributes[i] as number
      const place = places[i] as number
      const spec = plan.specs[place] as Spec
      if (isCut(plan, spec.target, node)) values[place] = CUT
      else if (cursor.seek(node.entity, a)) values[place] = this.#take(plan, spec, cursor, a, node)
    }
  }

  /** Reads what a wildcard shows beside the attributes that the pattern names, and puts it before these. */
  #readRest(plan: PullPlan, cursor: Cursor, node: Node): void {
    const named = plan.forward[0]?.attributes
    const wildcard = wildcardOf(this.schema)
    const namesId = plan.specs.some(({ target }) => target.kind === 'id')
    const specs: Spec[] = namesId ? [] : [ID_SPEC]
    const values: unknown[] = namesId ? [] : [undefined]
    cursor.seek(node.entity, 0)
    for (let a = cursor.attributeAt(node.entity); a !== -1; a = cursor.attributeAt(node.entity)) {
      const spec = named?.includes(a) === true ? undefined : wildcard.spec(a)
      if (spec !== undefined) {
        specs.push(spec)
        values.push(this.#take(plan, spec, cursor, a, node))
      }
      cursor.seek(node.entity, a + 1)
    }
    node.specs = plan.specs.length === 0 ? specs : specs.concat(plan.specs)
    node.values = plan.specs.length === 0 ? values : values.concat(node.values)
  }

  /** The values at the cursor, shown, or the nodes that will show them. */
  #take(plan: PullPlan, spec: Spec, cursor: Cursor, a: number, node: Node): unknown {
    if (!spec.list) return this.#show(plan, spec.target, cursor.value(), node)
    const out: unknown[] = []
    do out.push(this.#show(plan, spec.target, cursor.value(), node))
    while (out.length < spec.limit && cursor.advance(node.entity, a))
    this.budget.spend(out.length)
    return out
  }

  #show(plan: PullPlan, target: Target, value: Value, node: Node): unknown {
    switch (target.kind) {
      case 'value':
        return showValue(value)
      case 'ref': {
        const ident = this.schema.identOf.get(value as number)
        return ident === undefined ? { 'db/id': value } : { 'db/id': value, 'db/ident': ident }
      }
      case 'entity':
        return this.#enter(plan, target, value as number, node)
      case 'id':
        return node.entity
      default:
        return unreachable(target)
    }
  }

  /** The node of an entity that the map of `node` holds, to be read next; its id alone if it is on the way here. */
  #enter(plan: PullPlan, target: Target & { kind: 'entity' }, entity: number, node: Node): unknown {
    const child = target.continues ? node.step(entity, plan, target.slot) : new Node(entity)
    if (child === undefined) return { 'db/id': entity }
    this.#children++
    const known = this.#next.get(target.plan)
    if (known === undefined) this.#next.set(target.plan, [child])
    else known.push(child)
    return child
  }

  #finish(node: Node): void {
    const { specs, values } = node
    node.values = []
    for (let i = 0; i < specs.length; i++) {
      const spec = specs[i] as Spec
      const { kind } = spec.target
      let v = kind === 'id' ? node.entity : kind === 'entity' ? settled(values[i]) : values[i]
      if (v === CUT) continue
      if (v === undefined) {
        // Datomic's and DataScript's: what is missing is transformed too, a default is not
        v = spec.xform === undefined ? undefined : this.#transformed(null, spec.xform, spec.key)
        v ??= spec.fallback?.()
        if (v === undefined) continue
      } else {
        if (kind !== 'id') node.found = true
        if (spec.xform !== undefined) v = this.#transformed(v, spec.xform, spec.key)
        if (v === undefined) continue
      }
      if (node.result === undefined) node.result = {}
      setKey(node.result, spec.key, v)
    }
  }

  #transformed(v: unknown, name: string, key: string): unknown {
    try {
      return atOnce((this.functions.get(name) ?? XFORMS.get(name))?.(v))
    } catch (cause) {
      throw callFailed(`xform ${name} of ${key}`, name, cause)
    }
  }
}

function isCut(plan: PullPlan, target: Target, node: Node): boolean {
  return target.kind === 'entity' && target.slot !== undefined && node.stepsLeft(plan, target.slot) === 0
}

/** What a value that led to other entities shows, now that these are finished; undefined when nothing was found there. */
function settled(value: unknown): unknown {
  if (value instanceof Node) return value.result
  if (!Array.isArray(value)) return value
  const out: unknown[] = []
  for (const v of value) {
    const shown: unknown = v instanceof Node ? v.result : v
    if (shown !== undefined) out.push(shown)
  }
  return out.length === 0 ? undefined : out
}
