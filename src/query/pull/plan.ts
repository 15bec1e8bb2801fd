import type { Attribute, Schema } from '../../datom/schema.ts'

/** How many values of a many attribute are shown without an explicit limit, as in Datomic. */
export const DEFAULT_LIMIT = 1000

/** What becomes of a value. */
export type Target =
  /** The entity's own id: `db/id`, which is no attribute. */
  | { readonly kind: 'id' }
  | { readonly kind: 'value' }
  /** `{ 'db/id', 'db/ident'? }` */
  | { readonly kind: 'ref' }
  /** A map of its own, built by `plan`. */
  | {
      readonly kind: 'entity'
      readonly plan: PullPlan
      /** Whether entities on the way here are not entered again: recursion and components, not an explicit sub-pattern. */
      readonly continues: boolean
      /** Which of `plan.steps` a step takes from; undefined when the recursion has no bound, or there is none. */
      readonly slot: number | undefined
    }

/** What a pattern says of one key of its answer. */
export interface Spec {
  /** The key in results. */
  readonly key: string
  /** undefined for `db/id`. */
  readonly attribute: Attribute | undefined
  /** Whether the entity is the value and the answer the entities that refer to it. */
  readonly reverse: boolean
  /** Whether the answer is a list. */
  readonly list: boolean
  /** At least 1; Infinity for all. */
  readonly limit: number
  /** Makes the answer for an attribute that is missing; a new one each time. */
  readonly fallback: (() => unknown) | undefined
  /** The name of a registered function that the answer goes through. */
  readonly xform: string | undefined
  readonly target: Target
}

/** Specs of attributes, of which the ids strictly increase, with their places in `PullPlan.specs`: what one cursor reads. */
export interface Track {
  readonly attributes: readonly number[]
  readonly places: readonly number[]
}

/** A pattern that was read against a schema. Immutable; valid for databases with this very schema object. */
export interface PullPlan {
  readonly schema: Schema
  /** In the order written; the last one with a key counts. */
  readonly specs: readonly Spec[]
  /** Whether attributes that no spec speaks of are shown as well. */
  readonly wildcard: boolean
  /** How many steps each bounded recursion of this pattern may take. */
  readonly steps: readonly number[]
  /** The functions that it or a pattern within calls. */
  readonly functions: readonly string[]
  /** Whether no other entity has to be visited; false when a wildcard cannot tell. */
  readonly flat: boolean
  readonly forward: readonly Track[]
  readonly backward: readonly Track[]
}

/** Distributes attribute specs over as few tracks as can be: one, unless an attribute is asked for twice. */
export function tracksOf(specs: readonly Spec[], reverse: boolean): Track[] {
  const wanted: [attribute: number, place: number][] = []
  specs.forEach(({ attribute, ...spec }, place) => {
    if (attribute !== undefined && spec.reverse === reverse) wanted.push([attribute.id, place])
  })
  wanted.sort((x, y) => x[0] - y[0])
  const tracks: { attributes: number[]; places: number[] }[] = []
  for (const [a, place] of wanted) {
    let track = tracks.find(({ attributes }) => attributes.at(-1) !== a)
    if (track === undefined) {
      track = { attributes: [], places: [] }
      tracks.push(track)
    }
    track.attributes.push(a)
    track.places.push(place)
  }
  return tracks
}
