import type { Edn } from '../datom/atoms.ts'

/** The parts of a query, in forms; each a list of what stands in it. `find` may be one Map of names. */
export interface Sections {
  find?: readonly Edn[]
  with?: readonly Edn[]
  in?: readonly Edn[]
  where?: readonly Edn[]
  keys?: readonly Edn[]
  'order-by'?: readonly Edn[]
  limit?: readonly Edn[]
  offset?: readonly Edn[]
}
export type SectionName = keyof Sections
export const SECTION_NAMES: readonly SectionName[] = [
  'find',
  'with',
  'in',
  'where',
  'keys',
  'order-by',
  'limit',
  'offset',
]

/** `:keys`, `:strs` and `:syms` are one thing where objects have string keys. */
export function sectionName(name: string): SectionName | undefined {
  if (name === 'strs' || name === 'syms') return 'keys'
  return SECTION_NAMES.find((known) => known === name)
}
