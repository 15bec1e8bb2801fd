import type { SlotBinding } from './slot-binding.ts'
import { type PatternStep, Place, type Step } from './step.ts'
import type { Query } from './syntax.ts'

/** What is asked of a program before it can be called a look at single facts. */
interface Asked {
  readonly query: Query
  readonly steps: readonly Step[]
  readonly inputs: readonly (SlotBinding | undefined)[]
  readonly given: readonly (number | undefined)[]
  readonly constants: readonly { readonly slot: number }[]
}

/**
 * The patterns of a program in an order in which each holds for one fact at most, by uniqueness and cardinality, once those before
 * it have given their values: then so does the query, and needs neither plan nor columns. undefined where there is no such order.
 */
export function pointSteps({ query, steps, inputs, given, constants }: Asked): readonly PatternStep[] | undefined {
  const { find, limit, offset } = query
  const isPlain = find.elements.every(({ kind }) => kind === 'var') && given.every((slot) => slot === undefined)
  if (!isPlain || limit !== undefined || offset !== undefined || steps.length === 0) return undefined
  const known = new Set(constants.map(({ slot }) => slot))
  for (const input of inputs) {
    if (input === undefined) continue
    if (input.kind !== 'slot' || known.has(input.slot)) return undefined
    if (input.slot !== -1) known.add(input.slot)
  }
  const left = [...steps]
  const out: PatternStep[] = []
  while (left.length > 0) {
    const next = left.findIndex((step) => isPoint(step, known))
    if (next === -1) return undefined
    const [step] = left.splice(next, 1) as [PatternStep]
    for (const slot of step.at) known.add(slot)
    out.push(step)
  }
  return out
}

function isPoint(step: Step, known: ReadonlySet<number>): step is PatternStep {
  if (step.kind !== 'pattern' || step.attribute === undefined) return false
  const { at, values, attribute } = step
  if (at[Place.a] !== -1 || at[Place.op] !== -1 || values[Place.op] !== undefined) return false
  const has = (place: number): boolean => {
    const slot = at[place] as number
    return slot === -1 ? values[place] !== undefined : known.has(slot)
  }
  if (has(Place.v) && attribute.unique !== undefined) return true
  return has(Place.e) && (!attribute.many || has(Place.v))
}
