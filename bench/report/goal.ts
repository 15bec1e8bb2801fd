import { geometricMean } from '../measure/statistics.ts'
import { short } from './numbers.ts'

/** A goal of the project, with what a run found. */
export interface Goal {
  readonly goal: string
  /** undefined: not measured in this run. */
  readonly found: number | undefined
  readonly met: boolean
}

type Found = number | undefined | readonly (number | undefined)[]

/** Every one found must reach `wanted`: the worst is told. */
export function least(goal: string, found: Found, wanted: number): Goal {
  const worst = worstOf(found, Math.min)
  return { goal: `${goal}: at least ${shown(wanted)}`, found: worst, met: worst !== undefined && worst >= wanted }
}

/** None of those found may exceed `wanted`: the worst is told. */
export function most(goal: string, found: Found, wanted: number): Goal {
  const worst = worstOf(found, Math.max)
  return { goal: `${goal}: at most ${shown(wanted)}`, found: worst, met: worst !== undefined && worst <= wanted }
}

/** The geometric mean must reach `wanted`. */
export function mean(goal: string, found: readonly (number | undefined)[], wanted: number): Goal {
  const values = known(found)
  return least(goal, values.length === 0 ? undefined : geometricMean(values), wanted)
}

export function goalRow({ goal, found, met }: Goal): string[] {
  if (found === undefined) return [goal, '-', 'not measured']
  return [goal, short(found), met ? 'yes' : '**no**']
}

const known = (found: Found): number[] => [found].flat().filter((value) => value !== undefined)

function worstOf(found: Found, worst: (...values: number[]) => number): number | undefined {
  const values = known(found)
  return values.length === 0 ? undefined : worst(...values)
}

const shown = (n: number): string => n.toLocaleString('en', { maximumFractionDigits: 2 })
