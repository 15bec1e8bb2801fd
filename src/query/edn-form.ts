import { type Edn, isKeyword } from '../datom/atoms.ts'
import { malformed } from './malformed.ts'
import { SECTION_NAMES, type SectionName, type Sections, sectionName } from './sections.ts'

/** The sections of a query in EDN, a list or a map. Throws `query/malformed`. */
export function sectionsOfEdn(form: Edn): Sections {
  const out: Sections = {}
  if (form instanceof Map) {
    for (const [key, value] of form as ReadonlyMap<Edn, Edn>) {
      const name = nameOf(key)
      const listed = Array.isArray(value) && name !== 'limit' && name !== 'offset'
      put(out, name, listed ? (value as readonly Edn[]) : [value], form)
    }
    return out
  }
  if (!Array.isArray(form)) throw malformed(form, 'a query such as [:find ?e :where [?e :inv/sku "SKU-1"]]')
  const items = form as readonly Edn[]
  for (let i = 0; i < items.length; ) {
    const name = nameOf(items[i] as Edn)
    let end = i + 1
    while (end < items.length && !isSectionKey(items[end] as Edn)) end++
    put(out, name, items.slice(i + 1, end), form)
    i = end
  }
  return out
}

const isSectionKey = (form: Edn): boolean => isKeyword(form) && sectionName(form.$kw.slice(1)) !== undefined

function nameOf(key: Edn): SectionName {
  const name = isKeyword(key) ? sectionName(key.$kw.slice(1)) : undefined
  if (name === undefined) throw malformed(key, `one of ${SECTION_NAMES.map((n) => `:${n}`).join(' ')}`)
  return name
}

function put(out: Sections, name: SectionName, items: readonly Edn[], query: Edn): void {
  if (out[name] !== undefined) throw malformed(query, `:${name} once`)
  out[name] = items
}
