import fc from 'fast-check'
import { type AttributeName, defOf, NAMES, PEOPLE, valuesOf } from './people.ts'

/** Rules that random queries call: recursive to the left, to the right and twice, mutually, and not at all. */
export const RULES = `[
  [(knows ?a ?b) [?a :friend ?b]]
  [(knows ?a ?b) [?a :boss ?b]]
  [(reaches ?a ?b) (knows ?a ?b)]
  [(reaches ?a ?b) (reaches ?a ?t) (knows ?t ?b)]
  [(above ?a ?b) [?b :boss ?a]]
  [(above ?a ?b) [?b :boss ?t] (above ?a ?t)]
  [(linked ?a ?b) [?a :friend ?b]]
  [(linked ?a ?b) (linked ?a ?t) (linked ?t ?b)]
  [(odd ?a ?b) [?a :friend ?b]]
  [(odd ?a ?b) [?a :friend ?t] (even ?t ?b)]
  [(even ?a ?b) [?a :friend ?t] (odd ?t ?b)]
  [(peer ?a ?b) [?a :age ?n] [?b :age ?n] [(!= ?a ?b)]]
  [(near ?a ?b) (or-join [?a ?b] (and [?a :boss ?t] (near ?t ?b)) [?a :friend ?b])]
  [(alone ?a) [?a :name] (not [?a :friend _])]
]`
const BINARY_RULES = ['knows', 'reaches', 'above', 'linked', 'odd', 'even', 'peer', 'near']

const ENTITIES = ['?a', '?b', '?c', '?d']
const NUMBERS = ['?m', '?n']
const OTHERS = ['?s', '?k']

const entityVar = fc.constantFrom(...ENTITIES)
const numberVar = fc.constantFrom(...NUMBERS)
const isNumeric = (name: AttributeName): boolean => ['long', 'double', 'bigint', 'bigdec'].includes(defOf(name).type)

/** A constant as EDN. */
function constant(name: AttributeName): fc.Arbitrary<string> {
  return fc.constantFrom(...valuesOf(name)).map((v) => {
    const { type } = defOf(name)
    if (type === 'bigdec') return `${String(v)}M`
    if (type === 'bigint') return `${String(v)}N`
    if (type === 'keyword') return String(v)
    return JSON.stringify(v)
  })
}

const pattern: fc.Arbitrary<string> = fc.constantFrom(...NAMES).chain((name) => {
  const variable =
    defOf(name).type === 'ref'
      ? entityVar
      : isNumeric(name)
        ? fc.constantFrom(...NUMBERS, ...ENTITIES)
        : fc.constantFrom(...OTHERS)
  const e = fc.oneof(
    { weight: 12, arbitrary: entityVar },
    { weight: 1, arbitrary: fc.constantFrom(...PEOPLE).map(String) },
    { weight: 1, arbitrary: fc.constant('_') },
  )
  const v = fc.oneof(
    { weight: 6, arbitrary: variable },
    { weight: 2, arbitrary: constant(name) },
    { weight: 1, arbitrary: fc.constant('_') },
  )
  const tail = fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    { weight: 2, arbitrary: fc.constant(' ?tx') },
    { weight: 1, arbitrary: fc.constantFrom(' ?tx ?op', ' _ true', ' _ false') },
  )
  return fc
    .tuple(e, fc.constantFrom(`:${name}`, `:${name}`, `:${name}`, `:${name}`, `:${name}`, '?attr'), v, tail)
    .map(([entity, a, value, rest]) => {
      // without its attribute a number constant would be read as it stands, and a ref as a number: leave those out
      const plain = a === '?attr' && !/^(?:\?|_|")/.test(value) ? '_' : value
      return `[${entity} ${a} ${plain}${rest}]`
    })
})

const ruleCall = fc
  .tuple(
    fc.constantFrom(...BINARY_RULES),
    entityVar,
    fc.oneof({ weight: 5, arbitrary: entityVar }, { weight: 1, arbitrary: fc.constantFrom('_', '2002') }),
  )
  .map(([rule, a, b]) => `(${rule} ${a} ${b})`)

const generator = fc.oneof({ weight: 6, arbitrary: pattern }, { weight: 2, arbitrary: ruleCall })

/** Variables in a text, in order of appearance. */
export const variablesIn = (text: string): string[] => Array.from(new Set(text.match(/\?[a-z]+/g) ?? []))

function check(bound: readonly string[]): fc.Arbitrary<string> {
  const numbers = bound.filter((v) => NUMBERS.includes(v))
  const any = fc.constantFrom(...bound)
  const options = [
    fc.tuple(fc.constantFrom('=', '!=', '<', '>='), any, any).map(([op, x, y]) => `[(${op} ${x} ${y})]`),
    fc
      .tuple(fc.constantFrom('<', '>=', '!='), any, fc.constantFrom('2', '1.5', '2003'))
      .map(([op, x, c]) => `[(${op} ${x} ${c})]`),
    fc.tuple(any, fc.constantFrom('[?m ...]', '[?a ...]')).map(([, b]) => `[(ground [1 2 2001 2002]) ${b}]`),
    fc.tuple(any, fc.constantFrom(...OTHERS, ...ENTITIES)).map(([x, y]) => `[(identity ${x}) ${y}]`),
  ]
  if (numbers.length > 0) {
    const n = fc.constantFrom(...numbers)
    options.push(fc.tuple(n, numberVar).map(([x, y]) => `[(+ ${x} 1) ${y}]`))
  }
  return fc.oneof(...options)
}

const absence: fc.Arbitrary<string> = fc.oneof(
  pattern.map((p) => `(not ${p})`),
  fc.tuple(generator, pattern).map(([p, q]) => `(not ${p} ${q})`),
  fc.tuple(entityVar, pattern, pattern).map(([v, p, q]) => `(not-join [${v}] [${v} :friend ?x] ${p} ${q})`),
)

/** Branches over the same variables: one entity, one attribute each. */
const alternative: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(entityVar, fc.constantFrom(...NAMES), fc.constantFrom(...NAMES))
    .map(([v, x, y]) => `(or [${v} :${x}] [${v} :${y} _])`),
  fc
    .tuple(entityVar, entityVar, fc.constantFrom(...BINARY_RULES))
    .map(([v, w, rule]) => `(or [${v} :friend ${w}] (and [${v} :boss ${w}] [${v} :age _]) (${rule} ${v} ${w}))`),
  fc
    .tuple(entityVar, numberVar, pattern)
    .map(([v, n, p]) => `(or-join [${v} ${n}] [${v} :age ${n}] (and [${v} :points ${n}] (not ${p})))`),
  fc
    .tuple(entityVar, entityVar)
    .map(([v, w]) => `(or-join [${v} ${w}] (and [${v} :friend ?t] [?t :friend ${w}]) [${w} :boss ${v}])`),
)

export interface ArbQuery {
  readonly find: string
  readonly where: readonly string[]
  readonly ins: string
  readonly inputs: readonly unknown[]
}

const input: fc.Arbitrary<readonly [string, unknown]> = fc.oneof(
  fc.constantFrom(...PEOPLE).map((e): [string, unknown] => ['?a', e]),
  fc.subarray([1, 2, 1.5, 2001]).map((ns): [string, unknown] => ['[?n ...]', ns]),
  fc
    .array(fc.tuple(fc.constantFrom(...PEOPLE), fc.constantFrom(...PEOPLE)), { maxLength: 4 })
    .map((rows): [string, unknown] => ['[[?a ?b]]', rows]),
  fc.constantFrom(...PEOPLE).map((e): [string, unknown] => ['[?c _ ?c]', [e, 1, e]]),
)

export const arbQuery: fc.Arbitrary<ArbQuery> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 8, arbitrary: generator }, { weight: 1, arbitrary: alternative }), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.array(absence, { maxLength: 1 }),
    fc.array(input, { maxLength: 2 }),
  )
  .chain(([patterns, absences, inputs]) => {
    const ins = inputs.map(([b]) => b).join(' ')
    const bound = variablesIn(`${patterns.join(' ').replaceAll(/\?[tx]\b(?!x)/g, '')} ${ins}`)
    const checks = bound.length === 0 ? fc.constant([]) : fc.array(check(bound), { maxLength: 2 })
    return fc.tuple(checks, fc.nat(), fc.nat(3), fc.integer()).map(([cs, pick, shape, seed]) => {
      const where = shuffled([...patterns, ...absences, ...cs], seed)
      const all = bound.length === 0 ? [] : bound
      const chosen = all.filter((_, i) => ((pick >> i) & 1) === 1)
      const finds = chosen.length === 0 ? all.slice(0, 1) : chosen
      const find = shape === 0 && finds.length > 1 ? `${finds.slice(1).join(' ')} (count ${finds[0]})` : finds.join(' ')
      return { find, where, ins, inputs: inputs.map(([, x]) => x) }
    })
  })
  .filter(({ find }) => find !== '')

/** `items` in an order that `seed` decides. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const out = [...items]
  let state = seed >>> 0 || 1
  for (let i = out.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = state % (i + 1)
    ;[out[i], out[j]] = [out[j] as T, out[i] as T]
  }
  return out
}
