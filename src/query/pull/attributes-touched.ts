import { Builtin } from '../../datom/builtin.ts'
import type { PullPlan } from './plan.ts'

/**
 * The attributes of which a fact can change what `plan` shows; 'all' when every attribute's can: for wildcards and
 * components, and, unless every entity is `known` (as in `pullKnown`), when an id or a default alone can be the
 * answer, for then it counts whether the entity has any fact. A changed schema makes a new plan and is not in here.
 */
export function attributesTouched(plan: PullPlan, known = false): ReadonlySet<number> | 'all' {
  if (!known && plan.specs.some(({ target, fallback }) => target.kind === 'id' || fallback !== undefined)) return 'all'
  const out = new Set<number>()
  const seen = new Set<PullPlan>([plan])
  for (const { wildcard, specs } of seen) {
    if (wildcard) return 'all'
    for (const { attribute, target } of specs) {
      if (attribute !== undefined) out.add(attribute.id)
      if (target.kind === 'ref') out.add(Builtin.ident)
      if (target.kind === 'entity') seen.add(target.plan)
    }
  }
  return out
}
