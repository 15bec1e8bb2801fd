import { EDN_MAX_DEPTH } from '../datom/edn-read.ts'

/**
 * A text that is equal for equal queries and different for different ones, whether they are text or data; undefined when the
 * data holds what has no such text (functions, class instances) or nests too deeply: such a query is not kept.
 */
export function queryKey(query: unknown): string | undefined {
  return typeof query === 'string' ? query : keyOf(query, 0)
}

function keyOf(x: unknown, depth: number): string | undefined {
  switch (typeof x) {
    case 'string':
      return JSON.stringify(x)
    case 'number':
      return Object.is(x, -0) ? '-0' : String(x)
    case 'boolean':
      return x ? 't' : 'f'
    case 'bigint':
      return `${x}n`
    case 'undefined':
      return 'u'
    case 'object':
      return x === null ? 'l' : objectKey(x, depth)
    default:
      return undefined
  }
}

function objectKey(x: object, depth: number): string | undefined {
  if (depth > EDN_MAX_DEPTH) return undefined
  if (Array.isArray(x)) return listKey('[', x, depth)
  if (x instanceof Date) return `d${x.getTime()}`
  if (x instanceof Uint8Array) return `b${x.join()}`
  if (x instanceof Map) return listKey('m', Array.from(x).flat(), depth)
  if (x instanceof Set) return listKey('s', Array.from(x), depth)
  const proto = Object.getPrototypeOf(x)
  if (proto !== Object.prototype && proto !== null) return undefined
  let out = '{'
  for (const name of Object.keys(x)) {
    const key = keyOf((x as Record<string, unknown>)[name], depth + 1)
    if (key === undefined) return undefined
    out += `${JSON.stringify(name)}:${key},`
  }
  return `${out}}`
}

function listKey(tag: string, items: readonly unknown[], depth: number): string | undefined {
  let out = tag
  for (const item of items) {
    const key = keyOf(item, depth + 1)
    if (key === undefined) return undefined
    out += `${key},`
  }
  return `${out}]`
}
