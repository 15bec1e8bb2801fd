import { type Edn, isKeyword } from '../datom/atoms.ts'
import type { Builtin } from './builtin.ts'
import { findBuiltin } from './functions/registry.ts'
import { malformed } from './malformed.ts'
import { unboundVariable } from './query-errors.ts'
import { untypedConstant } from './resolve-terms.ts'
import { constantSlot, type Resolving, sourceNamed } from './resolving.ts'
import type { Scope } from './scope.ts'
import { bindingSlots, type SlotBinding } from './slot-binding.ts'
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
    return resolveArg(r, c, arg, scope, around)
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

/** A constant; lists and sets are lists of such. */
function constantArg(r: Resolving, x: Edn, form: Edn): Arg {
  if (x instanceof Set || Array.isArray(x)) {
    const members = Array.from(x as Iterable<Edn>)
    return {
      kind: 'list',
      items: members.map((m) => (m === null ? { kind: 'value', value: m } : constantArg(r, m, form))),
    }
  }
  // how text is read depends on what it is compared with
  if (typeof x === 'string' || isKeyword(x)) return { kind: 'slot', slot: constantSlot(r, x, form) }
  if (x === null) throw malformed(form, 'a value, and nil is no value: leave it out, or use missing?')
  return { kind: 'value', value: untypedConstant(x, form) }
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

/** The slot of a variable or of a constant. */
export function argSlot(r: Resolving, c: CallClause, arg: Argument, scope: Scope): number {
  if (arg.kind === 'const') return constantSlot(r, arg.value, c.form)
  const slot = arg.kind === 'var' ? scope.find(arg.name) : undefined
  if (slot !== undefined) return slot
  throw arg.kind === 'var' ? unboundVariable(arg.name, c.form) : malformed(c.form, 'a variable or a constant')
}

/** The slots of a call, and those that must have values before it runs. */
export function slotsOf(args: readonly Arg[], binding: SlotBinding | undefined): { slots: number[]; needs: number[] } {
  const needs = new Set(args.flatMap((arg) => (arg.kind === 'slot' ? [arg.slot] : [])))
  const slots = new Set(needs)
  if (binding !== undefined) bindingSlots(binding, (slot) => slots.add(slot))
  return { slots: Array.from(slots), needs: Array.from(needs) }
}
