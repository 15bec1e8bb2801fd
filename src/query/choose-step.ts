import { type Estimate, estimate, partnerOf, type Situation, workOf } from './estimate.ts'
import { constantsOf } from './pattern-range.ts'
import type { Run } from './run.ts'
import { type PatternStep, Place, type Step } from './step.ts'

/** A step that shares no variable with what is there makes rows that wait to be joined. */
const UNCONNECTED = 2

export interface Choice {
  readonly step: Step
  /** undefined when there was nothing to choose between. */
  readonly estimate: Estimate | undefined
}

/**
 * The step to run next: of those whose needs are met, the one that promises the least work now and fewest rows afterwards.
 * Checks come first, as soon as they can. undefined when no step can run.
 */
export function chooseStep(s: Situation, has: (slot: number) => boolean): Choice | undefined {
  const ready = s.left.filter((step) => step.needs.every(has))
  const [first] = ready
  if (first === undefined) return undefined
  if (ready.length === 1) return { step: first, estimate: undefined }
  const cheap = ready.find((step) => isCheap(s, step))
  if (cheap !== undefined) return { step: cheap, estimate: undefined }
  let best: Choice | undefined
  let least = Number.POSITIVE_INFINITY
  for (const step of ready) {
    const e = estimate(s, step)
    const connected = s.relations.length === 0 || partnerOf(s, step) !== undefined
    const score = workOf(e) * (connected ? 1 : UNCONNECTED)
    if (best !== undefined && score >= least) continue
    best = { step, estimate: e }
    least = score
  }
  return best
}

/** Whether a step is known, without counting anything, to make no more rows than there are and to cost little. */
function isCheap(s: Situation, step: Step): boolean {
  const { run, relations } = s
  if (step.kind === 'call') {
    if (step.binding !== undefined && step.binding.kind !== 'slot') return false
    return relations.filter((r) => step.needs.some((slot) => r.slots.includes(slot))).length <= 1
  }
  if (step.kind !== 'pattern') return false
  const partner = partnerOf(s, step)
  if (partner === undefined) return isSingle(run, step)
  return partner.length <= 1 && step.attribute?.many === false && partner.slots.includes(step.at[Place.e] as number)
}

/** Whether the constants of a pattern leave one row at most. */
function isSingle(run: Run, step: PatternStep): boolean {
  const known = constantsOf(run, step)
  const { attribute } = step
  if (attribute === undefined) return false
  return (
    (known[Place.e] !== undefined && !attribute.many) ||
    (known[Place.v] !== undefined && attribute.unique !== undefined)
  )
}
