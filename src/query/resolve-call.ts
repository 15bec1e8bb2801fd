import type { Builtin } from './builtin.ts'
import { builtinNames, customFunction, findBuiltin } from './functions/registry.ts'
import { malformed } from './malformed.ts'
import { unknownName, wrongArity } from './query-errors.ts'
import { argSlot, resolveArgs, slotsOf } from './resolve-args.ts'
import { resolveBinding } from './resolve-binding.ts'
import { resolveSubquery } from './resolve-subquery.ts'
import { attributeNamed } from './resolve-terms.ts'
import { type Resolving, schemaOf, sourceNamed } from './resolving.ts'
import type { Scope } from './scope.ts'
import type { Arg, AttributeStep, CallStep, PatternStep, Step } from './step.ts'
import type { Argument, CallClause } from './syntax.ts'

/** Resolves an expression. Requires: the variables of its binding are declared in `scope`. */
export function resolveCall(r: Resolving, c: CallClause, scope: Scope, around: number): Step {
  switch (c.fn) {
    case 'get-else':
    case 'get-some':
    case 'missing?':
      return resolveAttributeCall(r, c, c.fn, scope, around)
    case 'q':
      return resolveSubquery(r, c, scope, around)
    default:
      return resolveFunction(r, c, scope, around)
  }
}

function resolveFunction(r: Resolving, c: CallClause, scope: Scope, around: number): CallStep {
  const fn = functionNamed(r, c)
  const [least, most] = fn.arity
  if (c.args.length < least || c.args.length > most) {
    const wanted =
      least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`
    throw wrongArity(c.fn, `${wanted} arguments`, c.args.length, c.form)
  }
  const binding = c.binding && resolveBinding(c.binding, scope)
  const args = resolveArgs(r, c, fn, binding, scope, around)
  return { kind: 'call', fn, name: c.fn, args, binding, ...slotsOf(args, binding), form: c.form }
}

function functionNamed(r: Resolving, c: CallClause): Builtin {
  const builtin = findBuiltin(c.fn)
  if (builtin !== undefined) {
    r.env.check?.(builtin, c.fn)
    return builtin
  }
  const custom = r.env.functions.get(c.fn)
  if (custom !== undefined) return customFunction(c.fn, custom)
  throw unknownName('query/unknown-function', 'function', c.fn, [...r.env.functions.keys(), ...builtinNames()], c.form)
}

function resolveAttributeCall(
  r: Resolving,
  c: CallClause,
  op: AttributeStep['op'],
  scope: Scope,
  around: number,
): AttributeStep {
  const [first] = c.args
  const named = first?.kind === 'source' ? first.name : undefined
  const source = sourceNamed(r, named, around, c.form)
  const schema = schemaOf(r, source, c.form)
  const [entity, ...rest] = named === undefined ? c.args : c.args.slice(1)
  const count = rest.length
  if (entity === undefined || count < 1 || (op === 'get-else' && count !== 2) || (op === 'missing?' && count !== 1)) {
    const wanted = {
      'get-else': '$ ?e attribute default',
      'get-some': '$ ?e attribute …',
      'missing?': '$ ?e attribute',
    }[op]
    throw wrongArity(op, wanted, c.args.length, c.form)
  }
  if ((op === 'missing?') !== (c.binding === undefined)) {
    throw malformed(
      c.form,
      op === 'missing?' ? 'no binding: missing? is a predicate' : `a binding for what ${op} finds`,
    )
  }
  const attributes = (op === 'get-some' ? rest : rest.slice(0, 1)).map((arg) => {
    if (arg.kind !== 'const') throw malformed(c.form, 'an attribute by name')
    return attributeNamed(schema, arg.value, c.form)
  })
  const [attribute] = attributes
  const many = op === 'missing?' ? undefined : attributes.find((a) => a.many)
  if (many !== undefined) throw malformed(c.form, `an attribute with one value: ${many.ident} may have many`)
  const e = argSlot(r, c, entity, scope)
  r.roles.note(e, { kind: 'entity', source })
  const binding = c.binding && resolveBinding(c.binding, scope)
  const otherwise = op === 'get-else' ? argSlot(r, c, rest[1] as Argument, scope) : undefined
  if (otherwise !== undefined && attribute !== undefined) {
    const role =
      attribute.type === 'ref'
        ? { kind: 'entity' as const, source }
        : { kind: 'value' as const, attribute, source, likely: true as const }
    r.roles.note(otherwise, role)
    if (binding?.kind === 'slot' && binding.slot !== -1) r.roles.note(binding.slot, role)
  }
  const args: Arg[] = [e, ...(otherwise === undefined ? [] : [otherwise])].map((slot) => ({ kind: 'slot', slot }))
  const value = scope.fresh(op)
  const patterns = attributes.map(
    (attribute): PatternStep => ({
      kind: 'pattern',
      source,
      at: [e, -1, value, -1, -1],
      values: [undefined, attribute.id, undefined, undefined, undefined],
      attribute,
      varies: r.constantSlots.has(e),
      slots: [e, value],
      needs: [],
      form: c.form,
    }),
  )
  return {
    kind: 'attribute',
    op,
    source,
    e,
    patterns,
    value,
    otherwise,
    binding,
    ...slotsOf(args, binding),
    form: c.form,
  }
}
