import type { Edn } from '../datom/atoms.ts'
import { malformed } from './malformed.ts'
import { isBlank, isEllipsis, variableName } from './names.ts'
import type { Binding } from './syntax.ts'

const WANTED = 'a binding such as ?x, [?a ?b], [?x ...] or [[?a ?b]]'

/** Parses `?x`, `_`, `[?a ?b]`, `[?x ...]` or `[[?a ?b]]`, nested at will. Throws `query/malformed`. */
export function parseBinding(form: Edn): Binding {
  const name = variableName(form)
  if (name !== undefined) return { kind: 'var', name }
  if (isBlank(form)) return { kind: 'blank' }
  if (!Array.isArray(form) || form.length === 0) throw malformed(form, WANTED)
  const items = form as readonly Edn[]
  const [first, second] = items
  if (items.length === 2 && isEllipsis(second)) return { kind: 'collection', item: parseBinding(first as Edn) }
  if (items.length === 1 && Array.isArray(first)) return { kind: 'collection', item: parseBinding(first) }
  return { kind: 'tuple', items: items.map(parseBinding) }
}

/** Calls `visit` with every variable of `binding`, repeated ones too. */
export function bindingVariables(binding: Binding, visit: (name: string) => void): void {
  switch (binding.kind) {
    case 'var':
      visit(binding.name)
      break
    case 'tuple':
      for (const item of binding.items) bindingVariables(item, visit)
      break
    case 'collection':
      bindingVariables(binding.item, visit)
      break
    case 'blank':
  }
}
