import type { Step } from './step.ts'

/** What a conjunction needs from outside, and where it got stuck without it. */
export interface Lack {
  readonly slots: readonly number[]
  readonly step: Step
}

/**
 * The slots that `steps` need and do not give values to themselves, in some order of theirs, when those of `bound` have
 * values. Empty when they can run as they are.
 */
export function lacks(steps: readonly Step[], bound: Iterable<number>): Lack[] {
  const has = new Set(bound)
  let left = [...steps]
  const out: Lack[] = []
  while (left.length > 0) {
    const waiting = left.filter((step) => !step.needs.every((slot) => has.has(slot)))
    if (waiting.length < left.length) {
      for (const step of left) if (!waiting.includes(step)) for (const slot of step.slots) has.add(slot)
      left = waiting
      continue
    }
    // stuck: what a waiting step will give is not missing, unless everything waits for everything
    const given = new Set(left.flatMap((step) => step.slots.filter((slot) => !step.needs.includes(slot))))
    const missing = (step: Step): number[] => step.needs.filter((slot) => !has.has(slot))
    const step = left.find((s) => missing(s).some((slot) => !given.has(slot))) ?? (left[0] as Step)
    const slots = missing(step).filter((slot) => !given.has(slot))
    const lack = slots.length > 0 ? slots : missing(step)
    out.push({ slots: lack, step })
    for (const slot of lack) has.add(slot)
  }
  return out
}
