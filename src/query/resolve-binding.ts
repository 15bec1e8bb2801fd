import type { Scope } from './scope.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Binding } from './syntax.ts'

/** The slots of a binding's variables, which must be declared. */
export function resolveBinding(b: Binding, scope: Scope): SlotBinding {
  switch (b.kind) {
    case 'var':
      return { kind: 'slot', slot: scope.declare(b.name) }
    case 'blank':
      return { kind: 'slot', slot: -1 }
    case 'tuple':
      return { kind: 'tuple', items: b.items.map((item) => resolveBinding(item, scope)) }
    default:
      return { kind: 'collection', item: resolveBinding(b.item, scope) }
  }
}
