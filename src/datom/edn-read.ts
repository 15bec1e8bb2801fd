import { AnnalsError } from '../base/errors.ts'
import { type Edn, isKeyword, isSym } from './atoms.ts'
import { EdnKeys } from './edn-keys.ts'
import { readNumber, startsNumber } from './edn-number.ts'
import { readTagged, TAGS } from './edn-tags.ts'

/** How deep forms may nest (collections, tags and discards alike). */
export const EDN_MAX_DEPTH = 256

const SPACE = /[\s,]/
const END_OF_TOKEN = /[\s,()[\]{}";]/
/** A symbol or, with the colon in the first group, a keyword. */
const NAME = /^(?:\/|(:(?!:)|(?![\p{N}'#:]))[\p{L}\p{N}_*!?$%&=<>.+|~'#:-]+(?:\/[\p{L}\p{N}_*!?$%&=<>.+|~'#:-]+)?)$/u
const CHARACTERS: Readonly<Record<string, string>> = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  formfeed: '\f',
  backspace: '\b',
}
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
}
const SPECIAL: Readonly<Record<string, number>> = {
  '##Inf': Number.POSITIVE_INFINITY,
  '##-Inf': Number.NEGATIVE_INFINITY,
  '##NaN': Number.NaN,
}
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '#{': '}' }

/**
 * All forms of an EDN text, in order. Keywords, symbols, lists and typed literals are the tagged objects of `atoms.ts`;
 * vectors are arrays, maps Maps, sets Sets, `#inst` Dates, characters strings, `nil` null. Integers are numbers, beyond the
 * safe range bigints. Known tags: `#inst`, `#uuid`, `#uri`, `#base64`; what `#_` leaves out may have any.
 *
 * Throws `edn/malformed`, `edn/too-deep` (beyond {@link EDN_MAX_DEPTH}), `edn/unknown-tag` or `edn/duplicate-key`, each with
 * line and column.
 */
export function readEdn(text: string): Edn[] {
  const reader = new Reader(text)
  const out: Edn[] = []
  while (reader.skipToForm()) out.push(reader.form(0))
  return out
}

/** The one form of an EDN text. Throws as {@link readEdn} does, and `edn/malformed` when there is no form or a second one. */
export function readEdnOne(text: string): Edn {
  const reader = new Reader(text)
  if (!reader.skipToForm()) throw reader.error('the text holds no form; wanted exactly one')
  const form = reader.form(0)
  if (reader.skipToForm()) throw reader.error('a second form follows; wanted exactly one')
  return form
}

type EdnErrorCode = 'edn/malformed' | 'edn/too-deep' | 'edn/unknown-tag' | 'edn/duplicate-key'

class Reader {
  #i = 0
  /** How many #_ leave out what is being read: tags mean nothing there, known or not. */
  #discards = 0
  #keys: EdnKeys | undefined

  constructor(private readonly text: string) {}

  /** Moves to the next form; false at the end of the text. */
  skipToForm(depth = 0): boolean {
    const { text } = this
    this.#refuseDepth(depth)
    for (;;) {
      while (this.#i < text.length && SPACE.test(text[this.#i] as string)) this.#i++
      if (text[this.#i] === ';') {
        const end = text.indexOf('\n', this.#i)
        this.#i = end === -1 ? text.length : end
      } else if (text.startsWith('#_', this.#i)) {
        this.#i += 2
        this.#discards++
        this.#following('#_', depth)
        this.#discards--
      } else if (text[this.#i] === '^' && /[a-z]/i.test(text[this.#i + 1] ?? '')) {
        this.#token() // a hint for Java's compiler, such as ^String
      } else return this.#i < text.length
    }
  }

  /** Requires: at the first character of a form. */
  form(depth: number): Edn {
    this.#refuseDepth(depth)
    const start = this.#i
    switch (this.text[start]) {
      case '(':
        return { $list: this.#sequence('(', depth) }
      case '[':
        return this.#sequence('[', depth)
      case '{':
        return this.#map(depth, '')
      case '"':
        return this.#string()
      case '\\':
        return this.#character()
      case '#':
        return this.#dispatch(depth)
      case ')':
      case ']':
      case '}':
        throw this.error(`found ${this.text[start]} with nothing to close; wanted a form`)
      default:
        return this.#atom()
    }
  }

  /** The form after `token`, which ends here. */
  #following(token: string, depth: number): Edn {
    const start = this.#i - token.length
    if (this.skipToForm(depth + 1)) return this.form(depth + 1)
    throw this.error(`nothing follows ${token}; wanted a form`, start)
  }

  error(what: string, at = this.#i, code: EdnErrorCode = 'edn/malformed'): AnnalsError {
    const before = this.text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    return new AnnalsError(code, `EDN, line ${line}, column ${column}: ${what}`, { line, column })
  }

  #refuseDepth(depth: number): void {
    if (depth <= EDN_MAX_DEPTH) return
    throw this.error(`forms nest deeper than ${EDN_MAX_DEPTH}; wanted a flatter text`, this.#i, 'edn/too-deep')
  }

  #sequence(opener: string, depth: number): Edn[] {
    const start = this.#i
    const closer = CLOSERS[opener] as string
    this.#i += opener.length
    const out: Edn[] = []
    for (;;) {
      if (!this.skipToForm(depth)) {
        throw this.error(`${opener} is never closed; wanted ${closer}`, start)
      }
      const c = this.text[this.#i] as string
      if (c === closer) break
      if (c === ')' || c === ']' || c === '}') {
        throw this.error(`found ${c} where ${opener} was open; wanted ${closer}`)
      }
      out.push(this.form(depth + 1))
    }
    this.#i++
    return out
  }

  #map(depth: number, namespace: string): Map<Edn, Edn> {
    const start = this.#i
    const forms = this.#sequence('{', depth)
    if (forms.length % 2 !== 0) {
      throw this.error(`a map holds ${forms.length} forms; wanted a value for every key`, start)
    }
    const out = new Map<Edn, Edn>()
    for (let k = 0; k < forms.length; k += 2) out.set(qualified(forms[k] as Edn, namespace), forms[k + 1] as Edn)
    this.#refuseDuplicates(Array.from(out.keys()), forms.length / 2, 'map', start)
    return out
  }

  #refuseDuplicates(items: readonly Edn[], wanted: number, what: string, start: number): void {
    if (this.#discards > 0) return // tags are not read there, and may make a difference
    if (this.#keys === undefined) this.#keys = new EdnKeys()
    const seen = new Set<number>()
    for (const item of items) seen.add(this.#keys.keyOf(item))
    if (seen.size === wanted) return
    throw this.error(`a ${what} names the same ${what === 'map' ? 'key' : 'member'} twice`, start, 'edn/duplicate-key')
  }

  #dispatch(depth: number): Edn {
    const { text } = this
    const start = this.#i
    if (text.startsWith('#{', start)) {
      const items = this.#sequence('#{', depth)
      const set = new Set(items)
      this.#refuseDuplicates(Array.from(set), items.length, 'set', start)
      return set
    }
    if (text.startsWith('##', start)) {
      const token = this.#token()
      const n = SPECIAL[token]
      if (n === undefined) throw this.error(`found ${clip(token)}; wanted ##Inf, ##-Inf or ##NaN`, start)
      return n
    }
    const token = this.#token()
    const tag = token.slice(1)
    if (tag.startsWith(':')) {
      if (!NAME.test(tag) || tag.includes('/') || !this.skipToForm(depth) || text[this.#i] !== '{') {
        throw this.error(`found ${clip(token)}; wanted a namespaced map such as #:inv{:sku "SKU-1"}`, start)
      }
      return this.#map(depth, tag.slice(1))
    }
    if (!TAGS.includes(tag) && (this.#discards === 0 || !NAME.test(tag))) {
      const known = TAGS.map((t) => `#${t}`).join(', ')
      throw this.error(`the tag ${clip(token)} is not known; wanted one of ${known}`, start, 'edn/unknown-tag')
    }
    const form = this.#following(token, depth)
    if (this.#discards > 0) return form
    const value = readTagged(tag, form)
    if (typeof value === 'object') return value
    throw this.error(value, start)
  }

  #string(): string {
    const { text } = this
    const start = this.#i++
    let out = ''
    for (let from = this.#i; ; ) {
      const c = text[this.#i]
      if (c === undefined) throw this.error('a string is never closed; wanted "', start)
      if (c === '"') {
        out += text.slice(from, this.#i++)
        return out
      }
      if (c !== '\\') {
        this.#i++
        continue
      }
      out += text.slice(from, this.#i)
      const e = text[this.#i + 1] ?? ''
      const plain = ESCAPES[e]
      const hex = e === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(this.#i + 2, this.#i + 6))?.[0] : undefined
      if (plain === undefined && hex === undefined) {
        throw this.error(
          `found the escape \\${e}; wanted one of \\n \\r \\t \\b \\f \\\\ \\" or \\u and four hex digits`,
        )
      }
      out += plain ?? String.fromCharCode(Number.parseInt(hex as string, 16))
      this.#i += hex === undefined ? 2 : 6
      from = this.#i
    }
  }

  #character(): string {
    const start = this.#i++
    const first = this.text[this.#i]
    if (first === undefined || /\s/.test(first)) throw this.error('nothing follows \\; wanted a character', start)
    this.#i++
    const name = first + this.#token()
    if (name.length === 1 || (name.length === 2 && name.codePointAt(0) !== name.charCodeAt(0))) return name
    const named = CHARACTERS[name]
    if (named !== undefined) return named
    if (/^u[0-9a-fA-F]{4}$/.test(name)) return String.fromCharCode(Number.parseInt(name.slice(1), 16))
    throw this.error(
      `found \\${clip(name)}; wanted one character, a name such as \\newline, or \\u and four hex digits`,
      start,
    )
  }

  /** Up to the next delimiter. */
  #token(): string {
    const start = this.#i
    const { text } = this
    while (this.#i < text.length && !END_OF_TOKEN.test(text[this.#i] as string)) this.#i++
    return text.slice(start, this.#i)
  }

  #atom(): Edn {
    const start = this.#i
    const token = this.#token()
    if (startsNumber(token)) {
      const n = readNumber(token)
      if (n === undefined) throw this.error(`${clip(token)} is not a number that EDN knows`, start)
      return n
    }
    if (token === 'nil') return null
    if (token === 'true') return true
    if (token === 'false') return false
    const name = NAME.exec(token)
    if (name !== null) return name[1] ? { $kw: token as `:${string}` } : { $sym: token }
    const hint = token.startsWith("'") ? ' (EDN has no quote: leave the apostrophe out)' : ''
    throw this.error(`found ${clip(token)}; wanted a keyword, symbol, number, string or collection${hint}`, start)
  }
}

const clip = (token: string): string => (token.length > 40 ? `${token.slice(0, 37)}…` : token)

/** A key of `#:ns{…}`: bare keywords and symbols get the namespace, `_` as a namespace takes it away. */
function qualified(key: Edn, namespace: string): Edn {
  if (namespace === '') return key
  const put = (name: string): string => {
    if (name.startsWith('_/')) return name.slice(2)
    return name.includes('/') ? name : `${namespace}/${name}`
  }
  if (isKeyword(key)) return { $kw: `:${put(key.$kw.slice(1))}` }
  return isSym(key) ? { $sym: put(key.$sym) } : key
}
