import type { Part } from './part.ts'

/** One run of one system. */
export interface Turn {
  readonly part: Part
  readonly system: string
  /** From 0, which warms up. */
  readonly run: number
}

export interface ScheduleOptions {
  /** Counted runs. */
  readonly runs: number
  /** Milliseconds for all; what has not begun by then is left out. */
  readonly within: number
  /** Milliseconds since whenever. */
  readonly now: () => number
  /** Whether a turn was made in an earlier run that goes on here. */
  readonly isDone: (turn: Turn) => boolean
}

/**
 * Turns in an order in which an early end hurts least: every part of run 1 before any of run 2, the most telling part first.
 * Within a part another system begins in every run, so that none profits from its place. A part is begun only if it should end
 * in time, by how long it took before; nothing is begun when time is up.
 */
export function* schedule(parts: readonly Part[], options: ScheduleOptions): Generator<Turn, void, void> {
  const { runs, within, now, isDone } = options
  const end = now() + within
  const took = new Map<Part, number>()
  for (let run = 0; run <= runs; run++) {
    for (const part of parts) {
      const turns = rotated(part.systems, run).map((system): Turn => ({ part, system, run }))
      const left = turns.filter((turn) => !isDone(turn))
      if (run < (part.first ?? 0) || left.length === 0) continue
      const began = now()
      // The warm-up is short: it says nothing of how long a run takes.
      const expected = run > 1 ? ((took.get(part) ?? 0) * left.length) / turns.length : 0
      if (began + expected > end) continue
      for (const turn of left) {
        if (now() >= end) return
        yield turn
      }
      took.set(part, ((now() - began) * turns.length) / left.length)
    }
  }
}

const rotated = <T>(list: readonly T[], by: number): T[] => {
  const at = list.length === 0 ? 0 : by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
