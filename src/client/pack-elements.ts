import type { WireRows } from '../api/messages.ts'
import { hasKeys } from '../base/has-keys.ts'
import { isRow } from '../base/is-row.ts'

/** Elements of an import in the form that crosses fastest: maps of the same keys by columns, so that no key crosses twice. */
export function packElements(elements: readonly unknown[]): WireRows {
  const [first] = elements
  const keys = isRow(first) ? Object.keys(first) : []
  const isAlike = (x: unknown): x is Readonly<Record<string, unknown>> => isRow(x) && hasKeys(x, keys)
  return keys.length > 0 && elements.every(isAlike)
    ? {
        form: 'objects',
        length: elements.length,
        keys,
        columns: keys.map((key) => ({ cells: elements.map((x) => x[key]) })),
      }
    : { form: 'plain', value: elements }
}
