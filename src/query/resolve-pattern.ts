import type { Edn } from '../datom/atoms.ts'
import type { Attribute, Schema } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import { malformed } from './malformed.ts'
import { attributeNamed, constantValue, identId, untypedConstant } from './resolve-terms.ts'
import { constantSlot, type Resolving, schemaOf, sourceNamed } from './resolving.ts'
import type { Scope } from './scope.ts'
import { type PatternStep, PLACES, Place, type TuplesStep } from './step.ts'
import type { PatternClause } from './syntax.ts'

/** Resolves a pattern. Requires: its variables are declared in `scope`. */
export function resolvePattern(r: Resolving, c: PatternClause, scope: Scope, around: number): PatternStep | TuplesStep {
  const source = sourceNamed(r, c.source, around, c.form)
  return r.sources[source]?.kind === 'db' ? overDb(r, c, scope, source) : overTuples(c, scope, source)
}

function overDb(r: Resolving, c: PatternClause, scope: Scope, source: number): PatternStep {
  if (c.terms.length > PLACES) {
    throw malformed(c.form, `at most ${PLACES} places: entity, attribute, value, transaction, operation`)
  }
  const schema = schemaOf(r, source, c.form)
  const at: number[] = Array(PLACES).fill(-1)
  const values: (Value | undefined)[] = Array(PLACES).fill(undefined)
  const [, attributeTerm] = c.terms
  const attribute = attributeTerm?.kind === 'const' ? attributeNamed(schema, attributeTerm.value, c.form) : undefined
  c.terms.forEach((term, place) => {
    if (term.kind === 'var') {
      at[place] = scope.declare(term.name)
      noteRole(r, at[place] as number, place, attribute, source)
    } else if (term.kind === 'const') {
      const known = constantAt(schema, place, attribute, term.value, c.form)
      if (known !== undefined) values[place] = known
      else {
        at[place] = constantSlot(r, term.value, c.form)
        noteRole(r, at[place] as number, place, attribute, source)
      }
    }
  })
  return {
    kind: 'pattern',
    source,
    at,
    values,
    attribute,
    varies: at.some((slot) => r.constantSlots.has(slot)),
    slots: slotsIn(at),
    needs: [],
    form: c.form,
  }
}

/** The value of a constant; undefined when it names an entity that only the database knows. */
function constantAt(
  schema: Schema,
  place: number,
  attribute: Attribute | undefined,
  x: Edn,
  form: Edn,
): Value | undefined {
  switch (place) {
    case Place.a:
      return attribute?.id
    case Place.v:
      if (attribute === undefined) return untypedConstant(x, form)
      return attribute.type === 'ref' ? identId(schema, x, form) : constantValue(schema, attribute, x)
    case Place.op:
      if (typeof x !== 'boolean') throw malformed(form, 'true (asserted) or false (retracted) in the fifth place')
      return x
    default:
      return identId(schema, x, form)
  }
}

function noteRole(r: Resolving, slot: number, place: number, attribute: Attribute | undefined, source: number): void {
  if (place === Place.op) return
  if (place === Place.a) r.roles.note(slot, { kind: 'attribute', source })
  else if (place !== Place.v || attribute?.type === 'ref') r.roles.note(slot, { kind: 'entity', source })
  else if (attribute !== undefined) r.roles.note(slot, { kind: 'value', attribute, source })
}

function overTuples(c: PatternClause, scope: Scope, source: number): TuplesStep {
  const at = c.terms.map((term) => (term.kind === 'var' ? scope.declare(term.name) : -1))
  const values = c.terms.map((term) => (term.kind === 'const' ? untypedConstant(term.value, c.form) : undefined))
  return { kind: 'tuples', source, at, values, slots: slotsIn(at), needs: [], form: c.form }
}

const slotsIn = (at: readonly number[]): number[] => Array.from(new Set(at)).filter((slot) => slot !== -1)
