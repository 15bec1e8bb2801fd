import type { WireRows } from '../../api/messages.ts'
import { unpackRows } from '../packed-rows.ts'

/** The elements that a page has packed; and whether all are maps of the same keys, with no objects among their values. */
export function unpackElements(wire: WireRows): readonly [elements: readonly unknown[], areFlat: boolean] {
  const areFlat =
    wire.form === 'objects' &&
    wire.columns.every((column) => 'cells' in column && column.cells.every((x) => typeof x !== 'object'))
  return [unpackRows(wire) as unknown[], areFlat]
}
