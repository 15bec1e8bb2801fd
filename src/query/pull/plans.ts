import type { Schema } from '../../datom/schema.ts'
import { parsePull } from './parse.ts'
import type { PullPlan } from './plan.ts'

/** Texts whose plans are kept for one schema; the oldest goes first. */
const MAX_TEXTS = 256

interface Plans {
  readonly byText: Map<string, PullPlan>
  readonly byObject: WeakMap<object, PullPlan>
}
const known = new WeakMap<Schema, Plans>()

/**
 * The plan of a pattern, read once for each schema: a text is known by its characters, data by its identity, so a pattern
 * must not be changed after its first use. Throws as {@link parsePull} does.
 */
export function pullPlan(schema: Schema, pattern: unknown): PullPlan {
  let plans = known.get(schema)
  if (plans === undefined) {
    plans = { byText: new Map(), byObject: new WeakMap() }
    known.set(schema, plans)
  }
  if (typeof pattern === 'string') return textPlan(schema, plans.byText, pattern)
  if (typeof pattern !== 'object' || pattern === null) return parsePull(schema, pattern)
  let plan = plans.byObject.get(pattern)
  if (plan === undefined) {
    plan = parsePull(schema, pattern)
    plans.byObject.set(pattern, plan)
  }
  return plan
}

function textPlan(schema: Schema, byText: Map<string, PullPlan>, text: string): PullPlan {
  let plan = byText.get(text)
  if (plan !== undefined) return plan
  plan = parsePull(schema, text)
  if (byText.size >= MAX_TEXTS) byText.delete(byText.keys().next().value as string)
  byText.set(text, plan)
  return plan
}
