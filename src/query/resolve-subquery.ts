import type { Edn } from '../datom/atoms.ts'
import { malformed } from './malformed.ts'
import { parseQuery } from './parse-query.ts'
import { wrongArity } from './query-errors.ts'
import { argSlot, resolveArg, slotsOf } from './resolve-args.ts'
import { resolveBinding } from './resolve-binding.ts'
import { type Resolving, sourceNamed } from './resolving.ts'
import type { Role } from './roles.ts'
import type { Scope } from './scope.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Arg, SubqueryStep } from './step.ts'
import type { Argument, CallClause, Input } from './syntax.ts'

/**
 * Resolves `[(q query arg …) binding]`. Its arguments are read as the sub-query's own inputs would be. Requires: the variables of
 * the binding are declared in `scope`.
 */
export function resolveSubquery(r: Resolving, c: CallClause, scope: Scope, around: number): SubqueryStep {
  const [first, ...rest] = c.args
  if (first?.kind !== 'const' || c.binding === undefined) {
    throw malformed(c.form, 'a sub-query such as [(q [:find (max ?x) :where …] $) [[?max]]]')
  }
  const { value } = first
  const query = typeof value === 'object' && value !== null && '$lit' in value ? value.$lit : value
  const parsed = parseQuery(query)
  if (parsed.find.elements.some((element) => element.kind === 'pull')) {
    throw malformed(c.form, 'a sub-query without pull, whose results variables can hold')
  }
  const inputs = parsed.in.filter((input) => !isQueue(input))
  if (rest.length !== inputs.length) throw wrongArity('the sub-query', `${inputs.length} inputs`, rest.length, c.form)
  // of each source that the sub-query names: which one it is here, or -1
  const sources = parsed.in.flatMap((input) => {
    if (input.kind !== 'source') return []
    const arg = rest[inputs.indexOf(input)]
    return [{ name: input.name, here: arg?.kind === 'source' ? sourceNamed(r, arg.name, around, c.form) : -1 }]
  })
  const given = r.subquery(
    parsed,
    sources.map(({ name, here }) => ({ ...(r.sources[here] ?? { kind: 'tuples' }), name })),
  )
  const roleOf = (slot: number): Role | undefined => {
    const role = given.roles[slot]
    const source = role !== undefined && 'source' in role ? sources[role.source]?.here : undefined
    return source === undefined || source === -1 ? undefined : ({ ...role, source } as Role)
  }
  const read = (arg: Argument, to: SlotBinding | undefined): Arg => {
    const list = arg.kind === 'const' && (arg.value instanceof Set || Array.isArray(arg.value)) ? arg.value : undefined
    const role = to?.kind === 'slot' ? roleOf(to.slot) : undefined
    const isTuple = list !== undefined && to?.kind === 'slot' && to.slot !== -1
    if (role !== undefined || isTuple) {
      const slot = argSlot(r, c, arg, scope)
      if (role !== undefined) r.roles.suggest(slot, role)
      return { kind: 'slot', slot }
    }
    if (to === undefined || to.kind === 'slot' || list === undefined) return resolveArg(r, c, arg, scope, around)
    const items = Array.from(list as Iterable<Edn>, (value, i): Arg => {
      if (value === null) return { kind: 'value', value }
      return read({ kind: 'const', value }, to.kind === 'tuple' ? to.items[i] : to.item)
    })
    return { kind: 'list', items }
  }
  const args = rest.map((arg, i) => read(arg, given.inputs[parsed.in.indexOf(inputs[i] as Input)]))
  const binding = resolveBinding(c.binding, scope)
  return { kind: 'subquery', query, inputs, args, binding, ...slotsOf(args, binding), form: c.form }
}

const isQueue = (input: Input): boolean => input.kind === 'source' && input.name === '$queue'
