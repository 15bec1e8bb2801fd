import { wordOf } from './item.ts'

/** What a queued transaction says, for people: the reason that was given, the lines it changes, the items it names. */
export interface IntentInWords {
  readonly reason: string | undefined
  readonly lines: readonly string[]
  readonly skus: readonly string[]
}

const bare = (name: unknown): string => (typeof name === 'string' ? name.replace(/^:/, '') : '')

/** The SKU in a lookup ref. */
function skuOf(entity: unknown): string | undefined {
  return Array.isArray(entity) && bare(entity[0]) === 'inv/sku' ? String(entity[1]) : undefined
}

const shown = (value: unknown): string => (value === null || value === undefined ? 'not counted' : bare(String(value)))
const thing = (entity: unknown): string => skuOf(entity) ?? `entity ${String(entity)}`

function lineOfList([op, e, a, v, w]: readonly unknown[]): string | undefined {
  const attribute = bare(a).replace(/^\w+\//, '')
  switch (bare(op)) {
    case 'db/add':
      return `${thing(e)}: ${attribute} ${shown(v)}`
    case 'db/retract':
      return `${thing(e)}: ${attribute} ${v === undefined ? '' : `${shown(v)} `}taken back`
    case 'db/cas':
      return `${thing(e)}: ${attribute} ${shown(v)} → ${shown(w)}`
    case 'db/inc':
      return `${thing(e)}: ${attribute} ${Number(v) < 0 ? '' : '+'}${String(v)}`
    case 'db/retractEntity':
      return `${thing(e)} removed`
    case 'db/undo':
      return 'an earlier change undone'
    default:
      return undefined
  }
}

function read(form: unknown): { line?: string | undefined; reason?: string; sku?: string | undefined } {
  if (Array.isArray(form)) return { line: lineOfList(form), sku: skuOf(form[1]) }
  if (typeof form !== 'object' || form === null) return {}
  const entries = form instanceof Map ? [...form] : Object.entries(form)
  const said = new Map(entries.map(([key, value]) => [bare(key), value as unknown]))
  if (said.get('db/id') === 'datomic.tx') {
    const reason = said.get('db/doc')
    return typeof reason === 'string' ? { reason } : {}
  }
  const sku = said.get('inv/sku')
  if (typeof sku !== 'string') return said.has('db/ident') ? { line: `${shown(said.get('db/ident'))} made known` } : {}
  const words = ['inv/color', 'inv/size', 'inv/type'].map((trait) => wordOf(bare(said.get(trait)))).filter(Boolean)
  return { line: `${sku}: ${words.join(' ')}`, sku }
}

/** Long transactions are told by their first lines. */
const MOST_LINES = 3

export function describeIntent(intent: readonly unknown[]): IntentInWords {
  const parts = intent.map(read)
  const lines = [...new Set(parts.flatMap(({ line }) => line ?? []))]
  const more = lines.length - MOST_LINES
  return {
    reason: parts.find(({ reason }) => reason !== undefined)?.reason,
    lines: more > 1 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines,
    skus: parts.flatMap(({ sku }) => sku ?? []),
  }
}
