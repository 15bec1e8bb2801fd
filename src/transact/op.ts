import type { Attribute } from '../datom/schema.ts'
import type { Increment } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { EntityForm, Tempid, TupleForm } from './entity-form.ts'
import type { MapShape } from './map-shape.ts'

/** A value as a transaction gives it: read already, or an entity that is still to be resolved. */
export type ValueForm = Value | Exclude<EntityForm, number> | TupleForm

/** One elementary demand of a transaction. */
export type Op =
  | { readonly op: 'add'; readonly e: EntityForm; readonly a: Attribute; readonly v: ValueForm }
  /** A map that says one value each of some attributes of its entity: `values` in the order of the shape's keys. */
  | { readonly op: 'describe'; readonly e: Tempid; readonly shape: MapShape; readonly values: readonly ValueForm[] }
  | { readonly op: 'retract'; readonly e: EntityForm; readonly a: Attribute; readonly v: ValueForm | undefined }
  | { readonly op: 'retractEntity'; readonly e: EntityForm }
  /** `undefined` for `expected` means: has no value. */
  | {
      readonly op: 'cas'
      readonly e: EntityForm
      readonly a: Attribute
      readonly expected: ValueForm | undefined
      readonly v: ValueForm
    }
  | { readonly op: 'inc'; readonly e: EntityForm; readonly a: Attribute; readonly delta: number | bigint }
  /** What an undo takes off a number, as the transaction records it; the facts that come of it are operations of their own. */
  | { readonly op: 'takeBack'; readonly increment: Increment }
  /** A query that must (`require`) or must not (`forbid`) find a row in the database before the transaction. */
  | { readonly op: 'require' | 'forbid'; readonly query: unknown; readonly inputs: readonly unknown[] }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly unknown[]; readonly path: string }
