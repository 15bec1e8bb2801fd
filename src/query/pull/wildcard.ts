import type { Attribute, Schema } from '../../datom/schema.ts'
import { DEFAULT_LIMIT, type PullPlan, type Spec, type Target } from './plan.ts'

const VALUE: Target = { kind: 'value' }
const REF: Target = { kind: 'ref' }

/** The `db/id` that a wildcard shows. */
export const ID_SPEC: Spec = {
  key: 'db/id',
  attribute: undefined,
  reverse: false,
  list: false,
  limit: 1,
  fallback: undefined,
  xform: undefined,
  target: { kind: 'id' },
}

/** What a wildcard makes of each attribute of one schema. */
export class Wildcard {
  /** The pattern `[*]`: what a component is shown by. */
  readonly plan: PullPlan
  readonly #specs = new Map<number, Spec>()

  constructor(private readonly schema: Schema) {
    this.plan = {
      schema,
      specs: [],
      wildcard: true,
      steps: [],
      functions: [],
      flat: false,
      forward: [],
      backward: [],
    }
  }

  /** undefined for an attribute that the schema does not know. */
  spec(a: number): Spec | undefined {
    const known = this.#specs.get(a)
    if (known !== undefined) return known
    const attribute = this.schema.attributes.get(a)
    if (attribute === undefined) return undefined
    const spec: Spec = {
      key: attribute.name,
      attribute,
      reverse: false,
      list: attribute.many,
      limit: DEFAULT_LIMIT,
      fallback: undefined,
      xform: undefined,
      target: this.plainTarget(attribute, false),
    }
    this.#specs.set(a, spec)
    return spec
  }

  /** What becomes of the attribute's values where the pattern says no more: components are expanded, forward only. */
  plainTarget(attribute: Attribute, reverse: boolean): Target {
    if (attribute.type !== 'ref') return VALUE
    if (!attribute.component || reverse) return REF
    return { kind: 'entity', plan: this.plan, continues: true, slot: undefined }
  }
}

const known = new WeakMap<Schema, Wildcard>()

export function wildcardOf(schema: Schema): Wildcard {
  let found = known.get(schema)
  if (found === undefined) {
    found = new Wildcard(schema)
    known.set(schema, found)
  }
  return found
}
