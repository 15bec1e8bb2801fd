import type { SlotBinding } from './slot-binding.ts'
import { type PatternStep, Place, type Step } from './step.ts'
import type { Query } from './syntax.ts'

type Points = readonly PatternStep[] | undefined

/** What is asked of a program before it can be called a look at single facts. */
interface Asked {
  readonly query: Query
  readonly steps: readonly Step[]
  readonly inputs: readonly (SlotBinding | undefined)[]
  readonly given: readonly (number | undefined)[]
  readonly constants: readonly { readonly slot: number }[]
  readonly found: readonly number[]
}

/**
 * The patterns of a program in an order in which each holds for one fact at most, by uniqueness and cardinality, once those before
 * it have given their values: then so does the query, and needs neither plan nor columns. undefined where there is no such order.
 */
export function pointSteps(asked: Asked): Points {
  const { limit, offset } = asked.query
  const known = knownSlots(asked)
  if (known === undefined || limit !== undefined || offset !== undefined || asked.steps.length === 0) return undefined
  return inPoints(asked.steps, known)
}

/**
 * The patterns of a program over `$` alone in an order in which each holds for one fact at most of an entity, the same for all,
 * once that is known: then each entity makes one row at most, which tells whose it is. undefined where there is no such order.
 */
export function subjectSteps(asked: Asked, sources: readonly { readonly name: string }[]): Points {
  const { find, limit, orderBy } = asked.query
  const e = asked.steps.find((step) => step.kind === 'pattern')?.at[Place.e] ?? -1
  const known = knownSlots(asked)
  if (known === undefined || e === -1 || known.has(e)) return undefined
  if (limit === undefined || orderBy.length === 0 || find.shape !== 'relation') return undefined
  if (sources.length > 1 || sources[0]?.name !== '$') return undefined
  const points = inPoints(asked.steps, known.add(e))
  const isOf = ({ at, values }: PatternStep): boolean =>
    at[Place.e] === e && at[Place.tx] === -1 && values[Place.tx] === undefined
  const tells = ({ at, attribute }: PatternStep): boolean =>
    asked.found.includes(e) || (attribute?.unique !== undefined && asked.found.includes(at[Place.v] as number))
  return points?.every(isOf) && points.some(tells) ? points : undefined
}

/** What has a value before anything is read; undefined where inputs are more than that, or rows more than what was found. */
function knownSlots({ query, inputs, given, constants }: Asked): Set<number> | undefined {
  const isPlain = query.find.elements.every(({ kind }) => kind === 'var') && given.every((slot) => slot === undefined)
  if (!isPlain) return undefined
  const known = new Set(constants.map(({ slot }) => slot))
  for (const input of inputs) {
    if (input === undefined) continue
    if (input.kind !== 'slot' || known.has(input.slot)) return undefined
    if (input.slot !== -1) known.add(input.slot)
  }
  return known
}

/** `steps` in an order in which each holds for one fact at most, where some slots are `known`, to which it adds. */
function inPoints(steps: readonly Step[], known: Set<number>): Points {
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
