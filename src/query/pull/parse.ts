import { AnnalsError } from '../../base/errors.ts'
import { readEdnOne } from '../../datom/edn-read.ts'
import { describe } from '../../datom/read-value.ts'
import { type Attribute, findAttribute, nearestAttribute, type Schema } from '../../datom/schema.ts'
import { noSuch } from '../query-errors.ts'
import { type AttributeExpr, isTerminal, malformed, membersOf, pairsOf, readAttributeExpr } from './attribute-expr.ts'
import { DEFAULT_LIMIT, type PullPlan, type Spec, type Target, tracksOf } from './plan.ts'
import { ID_SPEC, wildcardOf } from './wildcard.ts'

/** How deep sub-patterns may nest. Entities may nest without bound, by recursion. */
export const PULL_MAX_DEPTH = 100

/**
 * Reads a pull pattern, EDN text or data, against a schema: Datomic's grammar
 * (https://docs.datomic.com/query/query-pull.html), with options in an object as well.
 *
 *     pattern    := [element+]
 *     element    := '*' | attribute | options | { (attribute | options): pattern | steps | '...' }
 *     attribute  := 'inv/color' | 'inv/_color' (reverse) | 'db/id'
 *     options    := [attribute, { as?, limit?, default?, xform?, pull? }]     pull: pattern | steps | '...'
 *
 * Keys are shown as they are written, an attribute's older name included; of several elements with one key the last counts.
 * `as` takes a string as it is and a keyword without its colon; `limit` counts values before what is nested in them is
 * looked at; `default` stands for a key that would be missing (not where a recursion ran out of steps) and `xform` (a
 * registered name) leaves defaults alone.
 *
 * Throws `pull/malformed`, `pull/unknown-attribute` (naming the nearest), `pull/bad-option`, `pull/too-deep`, and what
 * reading EDN throws.
 */
export function parsePull(schema: Schema, pattern: unknown): PullPlan {
  return readPattern(schema, typeof pattern === 'string' ? readEdnOne(pattern) : pattern, 1)
}

/** A plan under construction, which its own recursions already refer to. */
type Growing = { -readonly [K in keyof PullPlan]: PullPlan[K] } & { steps: number[] }

function readPattern(schema: Schema, pattern: unknown, depth: number): PullPlan {
  const members = membersOf(pattern)
  if (members === undefined || members.length === 0) {
    const got = members === undefined ? describe(pattern) : 'an empty one'
    throw malformed(`wanted a list with at least one element, got ${got}`)
  }
  if (depth > PULL_MAX_DEPTH) {
    throw new AnnalsError('pull/too-deep', `pull pattern: it nests deeper than ${PULL_MAX_DEPTH}; use a recursion`, {})
  }
  const plan: Growing = { ...wildcardOf(schema).plan, specs: [], wildcard: false, steps: [], functions: [] }
  const specs = new Map<string, Spec>()
  const add = (expr: AttributeExpr): void => {
    const spec = readSpec(plan, expr, depth)
    specs.delete(spec.key) // so that it stands where it is written last
    specs.set(spec.key, spec)
  }
  for (const element of members) {
    const pairs = pairsOf(element)
    if (isTerminal(element, '*')) plan.wildcard = true
    else if (pairs === undefined) add(readAttributeExpr(element))
    else for (const [key, within] of pairs) add(readMapEntry(key, within))
  }
  plan.specs = Array.from(specs.values())
  plan.forward = tracksOf(plan.specs, false)
  plan.backward = tracksOf(plan.specs, true)
  plan.functions = functionsOf(plan)
  plan.flat = !plan.wildcard && plan.specs.every(({ target }) => target.kind !== 'entity')
  return plan
}

function readMapEntry(key: unknown, within: unknown): AttributeExpr {
  const expr = readAttributeExpr(key)
  if (expr.pull === undefined) return { ...expr, pull: within }
  throw new AnnalsError('pull/bad-option', `pull pattern: ${expr.name} has both the option pull and a map`, {
    name: expr.name,
    option: 'pull',
  })
}

function readSpec(plan: Growing, expr: AttributeExpr, depth: number): Spec {
  const { name, pull } = expr
  const shared = { key: expr.as ?? name, fallback: expr.fallback, xform: expr.xform }
  if (name === 'db/id') {
    if (pull !== undefined) throw malformed('db/id has no entity behind it to pull from')
    return { ...ID_SPEC, ...shared }
  }
  const { attribute, reverse } = attributeNamed(plan.schema, name)
  const list = reverse ? !attribute.component : attribute.many
  return {
    ...shared,
    attribute,
    reverse,
    list,
    limit: list ? (expr.limit ?? DEFAULT_LIMIT) : 1,
    target:
      pull === undefined
        ? wildcardOf(plan.schema).plainTarget(attribute, reverse)
        : readTarget(plan, expr, attribute, depth),
  }
}

/** The attribute of a name such as `inv/color`, or `inv/_color` for its reverse. */
function attributeNamed(schema: Schema, name: string): { attribute: Attribute; reverse: boolean } {
  const local = name.lastIndexOf('/') + 1
  const reverse = name[local] === '_' && name.length > local + 1
  const forward = reverse ? name.slice(0, local) + name.slice(local + 1) : name
  const attribute = findAttribute(schema, forward)
  if (attribute === undefined) throw unknownAttribute(schema, name, forward, reverse)
  if (reverse && attribute.type !== 'ref') {
    throw malformed(`${name} asks who refers to an entity, but ${attribute.name} is a ${attribute.type}, not a ref`, {
      name,
    })
  }
  return { attribute, reverse }
}

function unknownAttribute(schema: Schema, name: string, forward: string, reverse: boolean): AnnalsError {
  const near = nearestAttribute(schema, forward)?.slice(1)
  const nearest = reverse ? near?.replace(/[^/]*$/, '_$&') : near
  const form = { $sym: 'the pull pattern' }
  return noSuch('pull/unknown-attribute', 'attribute', { attribute: name }, nearest, 'install it first', form)
}

/** What `{ attribute: pull }` makes of the attribute's values. */
function readTarget(plan: Growing, { name, pull }: AttributeExpr, attribute: Attribute, depth: number): Target {
  if (attribute.type !== 'ref') {
    throw malformed(`${name} is a ${attribute.type}: only of a ref can more be pulled`, { name })
  }
  if (isTerminal(pull, '...')) return { kind: 'entity', plan, continues: true, slot: undefined }
  if (typeof pull !== 'number') {
    return { kind: 'entity', plan: readPattern(plan.schema, pull, depth + 1), continues: false, slot: undefined }
  }
  if (!Number.isInteger(pull) || pull < 1) {
    throw malformed(`the recursion of ${name} wants a positive number of steps, or ..., got ${pull}`, { name })
  }
  return { kind: 'entity', plan, continues: true, slot: plan.steps.push(pull) - 1 }
}

function functionsOf(plan: PullPlan): string[] {
  const names = new Set<string>()
  for (const { xform, target } of plan.specs) {
    if (xform !== undefined) names.add(xform)
    if (target.kind === 'entity' && target.plan !== plan) for (const f of target.plan.functions) names.add(f)
  }
  return Array.from(names)
}
