import { AnnalsError } from '../base/errors.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { sameValue, type Value } from '../datom/value.ts'
import { ColumnBuilder } from './column.ts'
import { datomRow } from './datom-row.ts'
import { type Flow, waitFor } from './flow.ts'
import { showForm } from './malformed.ts'
import type { Relation } from './relation.ts'
import { type Run, type Source, schemaOf } from './run.ts'
import type { TuplesStep } from './step.ts'

/** The relation of a pattern over a list of tuples: `read` reads the value in a place. */
export function* tuplesRelation(
  run: Run,
  step: TuplesStep,
  read: (raw: unknown, place: number) => MaybePromise<Value>,
): Flow<Relation> {
  const { rows } = run.sources[step.source] as Source & { readonly kind: 'tuples' }
  const { at, values } = step
  const schema = schemaOf(run.sources)
  const slots = Array.from(new Set(at.filter((slot) => slot !== -1 && run.constants[slot] === undefined)))
  const builders = slots.map(() => new ColumnBuilder(Math.min(rows.length, 4096)))
  const wanted = at.map((slot, place) => (slot === -1 ? values[place] : run.constants[slot]))
  let length = 0
  next: for (const given of rows) {
    const row = datomRow(given, schema)
    if (!Array.isArray(row) || row.length < at.length) throw notATuple(step, row)
    const now: (Value | undefined)[] = []
    for (let place = 0; place < at.length; place++) {
      const slot = at[place] as number
      const constant = wanted[place]
      if (slot === -1 && constant === undefined) continue
      const got = read(row[place], place)
      const v = got instanceof Promise ? yield* waitFor(got) : got
      const before = constant ?? now[slot]
      if (before !== undefined && before !== v && !sameValue(before, v)) continue next
      if (slot !== -1) now[slot] = v
    }
    for (let k = 0; k < slots.length; k++) (builders[k] as ColumnBuilder).push(now[slots[k] as number] as Value)
    length++
  }
  return { length, slots, columns: builders.map((b) => b.done()), sorted: -1, distinct: length <= 1 }
}

function notATuple(step: TuplesStep, row: unknown): AnnalsError {
  const found = Array.isArray(row) ? `a tuple of ${row.length}` : typeof row
  const clause = showForm(step.form)
  return new AnnalsError(
    'query/wrong-input',
    `${clause} wants tuples of at least ${step.at.length}, the source has ${found}`,
    {
      clause,
    },
  )
}
