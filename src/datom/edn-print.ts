import { AnnalsError } from '../base/errors.ts'
import { type Edn, isKeyword, isList, isLiteral, isSym, type Literal } from './atoms.ts'
import { base64Text } from './base64.ts'
import { printNumber } from './edn-number.ts'
import { EDN_MAX_DEPTH } from './edn-read.ts'

/** EDN text of `x` on one line: what `readEdn` reads back as an equal form. Throws `edn/too-deep`, `edn/malformed`. */
export function printEdn(x: Edn | Uint8Array): string {
  return print(x, 0)
}

function print(x: Edn | Uint8Array, depth: number): string {
  if (depth > EDN_MAX_DEPTH) throw new AnnalsError('edn/too-deep', `data nests deeper than ${EDN_MAX_DEPTH}`)
  switch (typeof x) {
    case 'string':
      return printString(x)
    case 'number':
      return printNumber(x)
    case 'bigint':
      return x >= Number.MIN_SAFE_INTEGER && x <= Number.MAX_SAFE_INTEGER ? `${x}N` : String(x)
    case 'boolean':
      return String(x)
  }
  if (x === null) return 'nil'
  const all = (items: Iterable<Edn>): string => Array.from(items, (item) => print(item, depth + 1)).join(' ')
  if (Array.isArray(x)) return `[${all(x)}]`
  if (isKeyword(x)) return x.$kw
  if (isSym(x)) return x.$sym
  if (isList(x)) return `(${all(x.$list)})`
  if (x instanceof Date) return printInstant(x)
  if (x instanceof Uint8Array) return `#base64 "${base64Text(x)}"`
  if (isLiteral(x)) return printLiteral(x, depth)
  if (x instanceof Set) return `#{${all(x)}}`
  if (x instanceof Map)
    return `{${Array.from(x, ([k, v]) => `${print(k, depth + 1)} ${print(v, depth + 1)}`).join(', ')}}`
  throw new AnnalsError('edn/malformed', `there is no EDN for ${Object.prototype.toString.call(x)}`)
}

function printLiteral(x: Literal, depth: number): string {
  switch (x.$type) {
    case 'uuid':
    case 'uri':
      return `#${x.$type} ${printString(String(x.$lit))}`
    case 'bigdec':
      return `${String(x.$lit)}M`
    case 'bigint':
      return `${String(x.$lit)}N`
    default:
      return print(x.$lit as Edn, depth + 1)
  }
}

function printInstant(at: Date): string {
  if (Number.isNaN(at.getTime())) throw new AnnalsError('edn/malformed', 'there is no EDN for an invalid Date')
  return `#inst "${at.toISOString()}"`
}

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
// Control characters, and surrogates without their other half: the text itself is always well-formed.
const ESCAPED = /["\\\p{Cc}\u2028\u2029]|\p{Surrogate}/gu

function printString(s: string): string {
  const escaped = (c: string): string => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `"${s.replace(ESCAPED, escaped)}"`
}
