import type { Schema } from '../datom/schema.ts'
import type { ValueType } from '../datom/value-type.ts'
import type { SourceInfo } from './resolving.ts'
import type { Rule, Step } from './step.ts'

const isExact = (type: ValueType): boolean => type === 'bigint' || type === 'bigdec' || type === 'tuple'

/**
 * Whether bigints or exact decimals, which unify with other numbers, may turn up in a program's columns. Where they cannot,
 * joins compare values as they are.
 */
export function mayMix(steps: readonly Step[], rules: Iterable<Rule>, sources: readonly SourceInfo[]): boolean {
  if (steps.some((step) => stepMayMix(step, sources))) return true
  for (const rule of rules) if (rule.bodies.some((body) => body.some((step) => stepMayMix(step, sources)))) return true
  return false
}

function stepMayMix(step: Step, sources: readonly SourceInfo[]): boolean {
  const inSteps = (steps: readonly Step[]): boolean => steps.some((inner) => stepMayMix(inner, sources))
  switch (step.kind) {
    case 'pattern': {
      if (step.attribute !== undefined) return isExact(step.attribute.type)
      const source = sources[step.source]
      return source?.kind === 'db' && hasExact(source.schema)
    }
    case 'attribute':
      return inSteps(step.patterns)
    case 'not':
      return inSteps(step.steps)
    case 'or':
      return step.branches.some(inSteps)
    case 'rule':
      return false // its bodies are looked at on their own
    case 'call':
      return step.binding !== undefined // what functions return is anybody's guess
    default:
      return true
  }
}

const known = new WeakMap<Schema, boolean>()

function hasExact(schema: Schema): boolean {
  let found = known.get(schema)
  if (found === undefined) {
    found = Array.from(schema.attributes.values()).some((a) => isExact(a.type))
    known.set(schema, found)
  }
  return found
}
