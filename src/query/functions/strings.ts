import { printEdn } from '../../datom/edn-print.ts'
import { keywordValue, stringValue } from '../../datom/read-value.ts'
import { showValue } from '../../datom/show-value.ts'
import { kindOf, Tag, type Value } from '../../datom/value.ts'
import { type Builtin, badArgument, isList, type Result } from '../builtin.ts'
import { integerArg, listArg, textArg, valueArg } from './arguments.ts'

const MANY = Number.POSITIVE_INFINITY

/** How `str` writes a value: strings as they are, instants in ISO form, everything else as EDN writes it. */
function textOf(x: Result): string {
  if (x === null) return ''
  if (isList(x)) return `[${x.map(textOf).join(' ')}]`
  const shown = showValue(x)
  if (typeof shown === 'string') return shown
  if (shown instanceof Date) return shown.toISOString()
  if (Array.isArray(shown)) return `[${listArg(x).map(textOf).join(' ')}]`
  return typeof shown === 'object' ? printEdn(shown as Uint8Array) : String(shown)
}

const onText = (f: (s: string) => string): Builtin => ({ arity: [1, 1], apply: ([s]) => stringValue(f(textArg(s))) })
const testText = (f: (s: string, part: string) => boolean): Builtin => ({
  arity: [2, 2],
  apply: (args) => f(textArg(args[0]), textArg(args[1])),
})
const find = (at: (s: string, part: string) => number): Builtin => ({
  arity: [2, 2],
  apply([s, part]) {
    const i = at(textArg(s), textArg(part))
    return i === -1 ? null : i
  },
})
const capitalize = (s: string): string => s.slice(0, 1).toUpperCase() + s.slice(1).toLowerCase()

function substring([s, from, to]: readonly Result[]): Value {
  const text = textArg(s)
  const start = integerArg(from)
  const end = to === undefined ? text.length : integerArg(to)
  if (start < 0 || end < start || end > text.length)
    throw badArgument(`places within the ${text.length} of the string`, start)
  return stringValue(text.slice(start, end))
}

/** The namespace and the name of a keyword, symbol or string. */
function nameParts(x: Result | undefined): [string | null, string] {
  const v = valueArg(x)
  const kind = kindOf(v)
  if (kind === 'string') return [null, textArg(v)]
  if (kind !== 'keyword' && kind !== 'symbol') throw badArgument('a keyword, symbol or string', v)
  const text = (v as string).slice(kind === 'keyword' ? 2 : 1)
  const slash = text.indexOf('/')
  return slash > 0 ? [text.slice(0, slash), text.slice(slash + 1)] : [null, text]
}

// The expression used last: a query asks it of one row after another. None is used in a way that leaves it changed.
let latest = /(?:)/u

function pattern(source: Result | undefined, flags: string): RegExp {
  const text = textArg(source)
  if (latest.source === text && latest.flags === flags) return latest
  try {
    latest = new RegExp(text, flags)
    return latest
  } catch {
    throw badArgument('a regular expression', stringValue(text))
  }
}

/** The match, or a list of it and its groups when there are any; null when there is none. */
function matched(m: RegExpExecArray | null): Result {
  if (m === null) return null
  const parts = Array.from(m, (part) => (part === undefined ? null : stringValue(part)))
  return parts.length === 1 ? (parts[0] as Value) : parts
}

export const STRINGS: Readonly<Record<string, Builtin>> = {
  str: { arity: [0, MANY], apply: (args) => stringValue(args.map(textOf).join('')) },
  subs: { arity: [2, 3], apply: substring },
  'upper-case': onText((s) => s.toUpperCase()),
  'lower-case': onText((s) => s.toLowerCase()),
  capitalize: onText(capitalize),
  trim: onText((s) => s.trim()),
  triml: onText((s) => s.trimStart()),
  trimr: onText((s) => s.trimEnd()),
  reverse: onText((s) => Array.from(s).reverse().join('')),
  'blank?': { arity: [1, 1], apply: ([s]) => textArg(s).trim() === '' },
  'includes?': testText((s, part) => s.includes(part)),
  'starts-with?': { ...testText((s, part) => s.startsWith(part)), isPrefix: true },
  'ends-with?': testText((s, part) => s.endsWith(part)),
  'index-of': find((s, part) => s.indexOf(part)),
  'last-index-of': find((s, part) => s.lastIndexOf(part)),
  replace: {
    arity: [3, 3],
    apply: ([s, part, by]) => stringValue(textArg(s).replaceAll(textArg(part), () => textArg(by))),
  },
  split: { arity: [2, 2], apply: ([s, separator]) => textArg(s).split(textArg(separator)).map(stringValue) },
  join: {
    arity: [1, 2],
    apply: (args) =>
      stringValue(
        listArg(args.at(-1))
          .map(textOf)
          .join(args.length === 1 ? '' : textArg(args[0])),
      ),
  },
  're-find': { arity: [2, 2], apply: ([re, s]) => matched(pattern(re, 'u').exec(textArg(s))) },
  're-matches': {
    arity: [2, 2],
    apply: ([re, s]) => matched(pattern(`^(?:${textArg(re)})$`, 'u').exec(textArg(s))),
  },
  're-seq': {
    arity: [2, 2],
    apply: ([re, s]) => Array.from(textArg(s).matchAll(pattern(re, 'gu')), matched),
  },
  're-pattern': {
    arity: [1, 1],
    apply([re]) {
      pattern(re, 'u') // refuses what is none; a pattern stays text
      return re as Value
    },
  },
  name: { arity: [1, 1], apply: ([x]) => stringValue(nameParts(x)[1]) },
  namespace: {
    arity: [1, 1],
    apply([x]) {
      const namespace = nameParts(x)[0]
      return namespace === null ? null : stringValue(namespace)
    },
  },
  keyword: { arity: [1, 2], apply: (args) => keywordValue(args.map(textArg).join('/')) },
  symbol: { arity: [1, 2], apply: (args) => Tag.symbol + args.map(textArg).join('/') },
}
