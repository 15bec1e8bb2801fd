/**
 * The obvious database that annals is compared with: a list of datoms in the order in which they were said, and nothing else. Every
 * question is answered by reading the list from its beginning.
 */
export interface ModelDatom {
  readonly e: number
  readonly a: number
  /** As applications see it. */
  readonly v: unknown
  /** Equal for equal facts. */
  readonly key: string
  readonly tx: number
  readonly added: boolean
  /** A superseded fact of an attribute without history: only the log remembers it. */
  readonly hidden?: boolean
}

/** What a transaction recorded of having added to a number, or of having taken back what `of` had added. */
export interface ModelIncrement {
  readonly tx: number
  readonly e: number
  readonly a: number
  readonly delta: number
  readonly of?: number
  /** Whether the facts of `of` were taken back as they stood, and not what it had added off another number. */
  readonly exact?: boolean
}

/** One text for equal values, whatever they are made of. */
export function valueKey(v: unknown): string {
  if (typeof v === 'number') return String(v + 0)
  if (v instanceof Date) return `@${v.getTime()}`
  if (Array.isArray(v)) return `[${v.map(valueKey).join(' ')}]`
  return typeof v === 'string' ? JSON.stringify(v) : `${typeof v} ${String(v)}`
}
/** One text for equal facts, whoever said them. */
export const factKey = (e: number, a: number, v: unknown): string => `${e} ${a} ${valueKey(v)}`

export const modelDatom = (d: Omit<ModelDatom, 'key'>): ModelDatom => ({ ...d, key: factKey(d.e, d.a, d.v) })

const ALWAYS = Number.POSITIVE_INFINITY

export class ModelDb {
  constructor(
    readonly datoms: readonly ModelDatom[],
    readonly increments: readonly ModelIncrement[] = [],
  ) {}

  /** What holds after everything up to transaction `asOf` was said. */
  holding(asOf = ALWAYS): readonly ModelDatom[] {
    const now = new Map<string, ModelDatom>()
    for (const d of this.datoms) {
      if (d.tx > asOf || d.hidden) continue
      if (d.added) now.set(d.key, d)
      else now.delete(d.key)
    }
    return [...now.values()]
  }

  private found: readonly ModelDatom[] | undefined
  /** What holds now. */
  get now(): readonly ModelDatom[] {
    this.found ??= this.holding()
    return this.found
  }

  since(tx: number): readonly ModelDatom[] {
    return this.now.filter((d) => d.tx > tx)
  }

  history(asOf = ALWAYS): readonly ModelDatom[] {
    return this.datoms.filter((d) => !d.hidden && d.tx <= asOf)
  }

  private byEntity: Map<number, ModelDatom[]> | undefined
  about(e: number): readonly ModelDatom[] {
    if (this.byEntity === undefined) {
      this.byEntity = new Map()
      for (const d of this.now) {
        const known = this.byEntity.get(d.e)
        if (known) known.push(d)
        else this.byEntity.set(d.e, [d])
      }
    }
    return this.byEntity.get(e) ?? []
  }

  values(e: number, a: number): readonly unknown[] {
    return this.about(e).flatMap((d) => (d.a === a ? [d.v] : []))
  }

  /** The entity that has `v` for attribute `a`. */
  owner(a: number, v: unknown): number | undefined {
    return this.now.find((d) => d.a === a && valueKey(d.v) === valueKey(v))?.e
  }

  /** This value with what a transaction said. */
  plus(said: readonly ModelDatom[], increments: readonly ModelIncrement[] = []): ModelDb {
    const superseded = new Set(said.filter((d) => d.hidden).map((d) => this.now.find((x) => x.key === d.key)))
    const kept =
      superseded.size === 0 ? this.datoms : this.datoms.map((d) => (superseded.has(d) ? { ...d, hidden: true } : d))
    return new ModelDb([...kept, ...said], [...this.increments, ...increments])
  }
}

/** The entity of `:db/ident`, by which all others are found. */
export const IDENT = 1
