import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import type { Edn } from '../src/datom/atoms.ts'
import { printEdn } from '../src/datom/edn-print.ts'
import { EDN_MAX_DEPTH, readEdn, readEdnOne } from '../src/datom/edn-read.ts'

const sym = (name: string): Edn => ({ $sym: name })
const kw = (name: `:${string}`): Edn => ({ $kw: name })

describe('reading EDN', () => {
  it.each<[string, Edn]>([
    ['nil', null],
    ['true', true],
    ['false', false],
    ['42', 42],
    ['-7', -7],
    ['+7', 7],
    ['-0', 0],
    ['0', 0],
    ['1.5', 1.5],
    ['1.', 1],
    ['-1e3', -1000],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['42N', { $lit: 42n, $type: 'bigint' }],
    ['1.50M', { $lit: '1.50', $type: 'bigdec' }],
    ['##Inf', Number.POSITIVE_INFINITY],
    ['##-Inf', Number.NEGATIVE_INFINITY],
    ['##NaN', Number.NaN],
    ['"a\\n\\"b\\" \\u00e9"', 'a\n"b" é'],
    ['\\a', 'a'],
    ['\\newline', '\n'],
    ['\\u0041', 'A'],
    ['\\(', '('],
    ['\\,', ','],
    [':inv/sku', kw(':inv/sku')],
    [':db.type/long', kw(':db.type/long')],
    ['?e', sym('?e')],
    ['$', sym('$')],
    ['%', sym('%')],
    ['_', sym('_')],
    ['...', sym('...')],
    ['.', sym('.')],
    ['-', sym('-')],
    ['/', sym('/')],
    ['>=', sym('>=')],
    ['clojure.string/blank?', sym('clojure.string/blank?')],
    [':größe/maß', kw(':größe/maß')],
    ['?数', sym('?数')],
    ['[1, 2 [3]]', [1, 2, [3]]],
    ['(a :b)', { $list: [sym('a'), kw(':b')] }],
    ['#{1 2}', new Set([1, 2])],
    [
      '{:a 1, "b" nil}',
      new Map<Edn, Edn>([
        [kw(':a'), 1],
        ['b', null],
      ]),
    ],
    [
      '#:inv{:sku "x" :_/bare 1 :other/z 2}',
      new Map<Edn, Edn>([
        [kw(':inv/sku'), 'x'],
        [kw(':bare'), 1],
        [kw(':other/z'), 2],
      ]),
    ],
    ['#:inv {:sku "x"}', new Map([[kw(':inv/sku'), 'x']])],
    ['#inst "2024-02-29T12:30:45.123-00:00"', new Date('2024-02-29T12:30:45.123Z')],
    ['#inst "2024"', new Date('2024-01-01')],
    ['#uuid "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"', { $lit: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', $type: 'uuid' }],
    ['#uri "https://x.org/a"', { $lit: 'https://x.org/a', $type: 'uri' }],
    ['#base64 "AQID/w=="', { $lit: new Uint8Array([1, 2, 3, 255]), $type: 'bytes' }],
    ['#_ gone [1 #_ #_ 2 3 4] ; a remark', [1, 4]],
    ['[1 #_ #shop/Item {:sku #inst "no time"} 2 #_ #_ #a 3 #b 4]', [1, 2]],
    ['[#_ #{#foo 1 #bar 1} 2]', [2]],
  ])('%s', (text, form) => {
    expect(readEdnOne(text)).toEqual(form)
  })

  it('reads several forms, and none', () => {
    expect(readEdn('1 :a ; end')).toEqual([1, kw(':a')])
    expect(readEdn(' ,; only a remark')).toEqual([])
  })

  it.each<[string, string, number, number, string]>([
    ['[1 2', 'edn/malformed', 1, 1, 'wanted ]'],
    ['[1\n  2)', 'edn/malformed', 2, 4, 'wanted ]'],
    [')', 'edn/malformed', 1, 1, 'nothing to close'],
    ['{:a}', 'edn/malformed', 1, 1, 'a value for every key'],
    ['[.5]', 'edn/malformed', 1, 2, 'not a number'],
    ['{:a 1 :a 2}', 'edn/duplicate-key', 1, 1, 'key twice'],
    ['#{[1 {:a #{1 2}}] [1 {:a #{2 1}}]}', 'edn/duplicate-key', 1, 1, 'member twice'],
    ['#{1 1}', 'edn/duplicate-key', 1, 1, 'member twice'],
    ['"abc', 'edn/malformed', 1, 1, 'never closed'],
    ['"a\\qb"', 'edn/malformed', 1, 3, 'escape \\q'],
    ['\\', 'edn/malformed', 1, 1, 'wanted a character'],
    ['\\lambda', 'edn/malformed', 1, 1, 'wanted one character'],
    ['1/2', 'edn/malformed', 1, 1, 'not a number'],
    ['012', 'edn/malformed', 1, 1, 'not a number'],
    ['1.5.5', 'edn/malformed', 1, 1, 'not a number'],
    [':', 'edn/malformed', 1, 1, 'wanted a keyword'],
    ['::a', 'edn/malformed', 1, 1, 'wanted a keyword'],
    [':/', 'edn/malformed', 1, 1, 'wanted a keyword'],
    ['a/b/', 'edn/malformed', 1, 1, 'wanted a keyword'],
    ["'[:find ?e]", 'edn/malformed', 1, 1, 'leave the apostrophe out'],
    ['#foo 1', 'edn/unknown-tag', 1, 1, '#foo'],
    ['#inst 1', 'edn/malformed', 1, 1, 'wants a string'],
    ['#inst "2024-02-30"', 'edn/malformed', 1, 1, '#inst'],
    ['#inst "2024-02-28T24:00:00Z"', 'edn/malformed', 1, 1, '#inst'],
    ['[#_ #shop/Item 1 #shop/Item 2]', 'edn/unknown-tag', 1, 18, '#shop/Item'],
    ['#_ #"a.*" 1', 'edn/unknown-tag', 1, 4, 'not known'],
    ['#:inv [1]', 'edn/malformed', 1, 1, 'namespaced map'],
    ['#uuid "x"', 'edn/malformed', 1, 1, '#uuid'],
    ['#inst', 'edn/malformed', 1, 1, 'nothing follows'],
    ['#_', 'edn/malformed', 1, 1, 'nothing follows #_'],
    ['##x', 'edn/malformed', 1, 1, '##Inf'],
    ['@a', 'edn/malformed', 1, 1, 'wanted a keyword'],
    ['^{:a 1} b', 'edn/malformed', 1, 1, 'wanted a keyword'],
  ])('refuses %j', (text, code, line, column, words) => {
    const error = thrownBy(() => readEdn(text))
    expect(error).toMatchObject({ code, data: { line, column } })
    expect(error.message).toContain(words)
  })

  it('wants exactly one form', () => {
    expect(thrownBy(() => readEdnOne('')).code).toBe('edn/malformed')
    expect(thrownBy(() => readEdnOne('1 2')).code).toBe('edn/malformed')
  })

  it('refuses what nests too deeply, however it nests, without overflowing the stack', () => {
    for (const unit of ['[', '(', '{', '#{', '#_', '#inst ', '#:a{']) {
      expect(thrownBy(() => readEdn(unit.repeat(300_000))).code).toMatch(/^edn\/(too-deep|malformed)$/)
    }
    expect(readEdnOne('['.repeat(EDN_MAX_DEPTH) + ']'.repeat(EDN_MAX_DEPTH))).toBeInstanceOf(Array)
    let deep: Edn = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(thrownBy(() => printEdn(deep)).code).toBe('edn/too-deep')
  })

  it('comes to an end with texts that backtracking would never finish', () => {
    const n = 400_000
    const hostile = [
      ' '.repeat(n),
      ';'.repeat(n),
      ';\n'.repeat(n),
      `"${'\\n'.repeat(n)}"`,
      `"${'a'.repeat(n)}`,
      '1'.repeat(n),
      `:${'a'.repeat(n)}`,
      `:${'a/'.repeat(n)}`,
      `${'a#'.repeat(n)}/`,
      `#{${Array.from({ length: 50_000 }, (_, i) => `[${i} #{${i}}]`).join(' ')}}`,
      `${'#{'.repeat(250)}"${'a'.repeat(n)}"${'}'.repeat(250)}`,
      `${'#_1 '.repeat(100_000)}`,
      `#inst "${'1'.repeat(n)}"`,
      `#base64 "${'A'.repeat(n)}"`,
    ]
    for (const text of hostile) {
      try {
        readEdn(text)
      } catch (e) {
        expect(isAnnalsError(e)).toBe(true)
      }
    }
  })
})

describe('printing EDN', () => {
  const name = fc
    .stringMatching(/^[a-z*!?<>=][a-z0-9*.?-]{0,6}(\/[a-z>][a-z0-9?]{0,4})?$/)
    .filter((s) => !['nil', 'true', 'false'].includes(s))
  const atom: fc.Arbitrary<Edn> = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.constantFrom(2 ** 53, -(2 ** 60), 1e21, 1e300, -0),
    fc.bigInt().filter((n) => n < -(2n ** 53n) || n > 2n ** 53n),
    fc.string({ unit: 'binary' }),
    fc.string().map((s) => `\u0000${s}\ud800`),
    fc.date({ noInvalidDate: true, min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z') }),
    name.map((n): Edn => ({ $kw: `:${n}` })),
    name.map(sym),
    fc.uuid().map((u): Edn => ({ $lit: u, $type: 'uuid' })),
    fc.bigInt().map((n): Edn => ({ $lit: n, $type: 'bigint' })),
    fc.tuple(fc.integer(), fc.nat(99)).map(([w, f]): Edn => ({ $lit: `${w}.${f}`, $type: 'bigdec' })),
    fc.uint8Array().map((bytes): Edn => ({ $lit: new Uint8Array(bytes), $type: 'bytes' })),
  )
  const { form } = fc.letrec<{ form: Edn }>((tie) => ({
    form: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc.array(tie('form'), { maxLength: 4 }),
      fc.array(tie('form'), { maxLength: 4 }).map((items): Edn => ({ $list: items })),
      fc.uniqueArray(tie('form'), { maxLength: 4, selector: (x) => printEdn(x) }).map((items) => new Set(items)),
      fc
        .uniqueArray(fc.tuple(tie('form'), tie('form')), { maxLength: 4, selector: ([k]) => printEdn(k) })
        .map((pairs) => new Map(pairs)),
    ),
  }))

  it('reads back as what was printed', () => {
    fc.assert(
      fc.property(form, (x) => {
        const text = printEdn(x)
        expect(text.isWellFormed()).toBe(true)
        let back: Edn
        try {
          back = readEdnOne(text)
        } catch (e) {
          // two members of a set may be equal as EDN and yet print differently: a list and a vector, a map in another order
          if (isAnnalsError(e, 'edn/duplicate-key')) return
          throw e
        }
        expect(back).toEqual(x)
        expect(printEdn(back)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws anything but its own errors on text', () => {
    const noise = fc
      .array(fc.constantFrom(...'()[]{}#"\\:/?_ 1aN.M-+\n;\''), { maxLength: 40 })
      .map((cs) => cs.join(''))
    fc.assert(
      fc.property(fc.oneof(noise, fc.string({ unit: 'binary' })), (text) => {
        try {
          readEdn(text)
        } catch (e) {
          expect(isAnnalsError(e)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

function thrownBy(f: () => unknown): { code: string; message: string; data: unknown } {
  try {
    f()
  } catch (e) {
    if (isAnnalsError(e)) return e
    throw e
  }
  throw new Error('nothing was thrown')
}
