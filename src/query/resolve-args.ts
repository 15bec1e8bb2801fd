import { type Edn, isKeyword } from '../datom/atoms.ts'
import type { Builtin } from './builtin.ts'
import { findBuiltin } from './functions/registry.ts'
import { malformed } from './malformed.ts'
import { unboundVariable } from './query-errors.ts'
import { constantResult } from './resolve-terms.ts'
import { constantSlot, type Resolving, sourceNamed } from './resolving.ts'
import type { Scope } from './scope.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Arg } from './step.ts'
import type { Argument, CallClause } from './syntax.ts'

/** Resolves what `fn` is called with. What it compares, looks up or passes on is read as what it meets is. */
export function resolveArgs(
  r: Resolving,
  c: CallClause,
  fn: Builtin,
  binding: SlotBinding | undefined,
  scope: Scope,
  around: number,
): Arg[] {
  const passes = fn === findBuiltin('ground') || fn === findBuiltin('identity')
  const looks = fn === findBuiltin('contains?')
  const args = c.args.map((arg) => {
    if (arg.kind === 'source') throw malformed(c.form, 'a source in get-else, get-some, missing? and q alone')
    const members = (passes || looks) && arg.kind === 'const' ? membersOf(arg.value) : undefined
    return members === undefined ? resolveArg(r, c, arg, scope, around) : listArg(r, members, c.form)
  })
  const [first, second] = args
  if (passes && binding !== undefined) readAlike(r, first, binding)
  if (looks && second?.kind === 'slot') readAlike(r, first, { kind: 'collection', item: second })
  const ordered = fn.comparison !== '=' && fn.comparison !== '!='
  if (fn.comparison !== undefined) {
    const slots = args.flatMap((arg) => (arg.kind === 'slot' ? [arg.slot] : []))
    for (let i = 1; i < slots.length; i++) r.roles.compare(slots[i - 1] as number, slots[i] as number, ordered)
  }
  return args
}

export function resolveArg(r: Resolving, c: CallClause, arg: Argument, scope: Scope, around: number): Arg {
  switch (arg.kind) {
    case 'var': {
      const slot = scope.find(arg.name)
      if (slot === undefined) throw unboundVariable(arg.name, c.form)
      return { kind: 'slot', slot }
    }
    case 'source':
      return { kind: 'source', source: sourceNamed(r, arg.name, around, c.form) }
    case 'blank':
      throw malformed(c.form, 'a variable or a constant instead of _: an argument must have a value')
    default:
      return constantArg(r, arg.value, c.form)
  }
}

function constantArg(r: Resolving, value: Edn, form: Edn): Arg {
  // how text is read depends on what it is compared with
  if (typeof value === 'string' || isKeyword(value)) return { kind: 'slot', slot: constantSlot(r, value, form) }
  return { kind: 'value', value: constantResult(value, form) }
}

const membersOf = (x: Edn): readonly Edn[] | undefined =>
  Array.isArray(x) ? (x as readonly Edn[]) : x instanceof Set ? Array.from(x as ReadonlySet<Edn>) : undefined

function listArg(r: Resolving, members: readonly Edn[], form: Edn): Arg {
  const items = members.map((member): Arg => {
    const within = membersOf(member)
    if (within !== undefined) return listArg(r, within, form)
    return member === null ? { kind: 'value', value: null } : constantArg(r, member, form)
  })
  return { kind: 'list', items }
}

/** Constants, in lists too, are read as the variables are that a binding gives them to. */
function readAlike(r: Resolving, arg: Arg | undefined, binding: SlotBinding): void {
  if (arg?.kind === 'list' && binding.kind !== 'slot') {
    arg.items.forEach((item, i) => {
      const to = binding.kind === 'collection' ? binding.item : binding.items[i]
      if (to !== undefined) readAlike(r, item, to)
    })
  } else if (arg?.kind === 'slot' && binding.kind === 'slot' && binding.slot !== -1) {
    r.roles.compare(arg.slot, binding.slot, false)
  }
}
