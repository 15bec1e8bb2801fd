/**
 * What data needs beside JavaScript's own values: plain tagged objects, so that they survive a worker boundary and JSON.
 * `$kw` and `$lit` may be written by hand (`kw`, `lit`); the others come from reading EDN.
 */
export interface Keyword {
  readonly $kw: `:${string}`
}
/** A constant that is never read as a name, with its value type where the notation told it (`#uuid`, `1.5M`). */
export interface Literal {
  readonly $lit: unknown
  readonly $type?: 'uuid' | 'bigdec' | 'bigint' | 'instant' | 'uri' | 'bytes'
}
export interface Sym {
  readonly $sym: string
}
/** An EDN list `( … )`; vectors are arrays, maps are Maps, sets are Sets. */
export interface List {
  readonly $list: readonly Edn[]
}
export type Edn =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Keyword
  | Literal
  | Sym
  | List
  | readonly Edn[]
  | ReadonlyMap<Edn, Edn>
  | ReadonlySet<Edn>

/** Says that `name` (with or without its colon) is a keyword where no attribute tells. */
export const kw = (name: string): Keyword => ({ $kw: (name.startsWith(':') ? name : `:${name}`) as `:${string}` })
/** Says that `x` is a constant, never a variable, source or keyword, whatever it looks like. */
export const lit = (x: unknown): Literal => ({ $lit: x })

const has = (x: unknown, key: string): boolean => typeof x === 'object' && x !== null && key in x
export const isKeyword = (x: unknown): x is Keyword => has(x, '$kw') && typeof (x as Keyword).$kw === 'string'
export const isLiteral = (x: unknown): x is Literal => has(x, '$lit')
export const isSym = (x: unknown): x is Sym => has(x, '$sym') && typeof (x as Sym).$sym === 'string'
export const isList = (x: unknown): x is List => has(x, '$list') && Array.isArray((x as List).$list)
/** What may be written as a list or as a vector, as an array. */
export const unlisted = (x: unknown): unknown => (isList(x) ? x.$list : x)
