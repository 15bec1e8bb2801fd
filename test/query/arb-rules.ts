import { shuffled, variablesIn } from './arb-query.ts'
import { type Dice, NODES } from './graph.ts'

type Kind = 'node' | 'text' | 'number'

/** A rule and what its parameters are about. */
interface Shape {
  readonly name: string
  readonly kinds: readonly Kind[]
}

const VARIABLES: Readonly<Record<Kind, readonly string[]>> = {
  node: ['?a', '?b', '?c', '?d'],
  text: ['?s', '?t', '?u'],
  number: ['?k', '?m', '?n'],
}
const CONSTANTS: Readonly<Record<Kind, readonly string[]>> = {
  node: [...NODES.map(String), ':n2001', ':n2003'],
  text: ['"a"', '"b"'],
  number: ['1', '2', '3'],
}
const VALUES: Readonly<Record<Kind, readonly unknown[]>> = {
  node: NODES,
  text: ['a', 'b', 'z'],
  number: [1, 2, 3, 1.5],
}

/** Rules that those under test call and negate: so they stand first. */
const GIVEN = `
  [(edge ?x ?y) [?x :next ?y]] [(edge ?x ?y) [?x :up ?y]]
  [(far ?x ?y) [?x :up ?y]] [(far ?x ?y) [?x :up ?z] (far ?z ?y)]`

/** What leads from `a` to `b` and gives both their values. */
function edge(dice: Dice, kind: Kind, a: string, b: string, hidden: string): string {
  if (kind === 'text')
    return dice.of([`[${hidden} :from ${a}] [${hidden} :to ${b}]`, `[${hidden} :to ${a}] [${hidden} :from ${b}]`])
  if (kind === 'number') {
    return dice.of([
      `[${hidden} :low ${a}] [${hidden} :high ${b}]`,
      `[${hidden} :rank ${a}] [${hidden} :big ${b}]`,
      `[_ :low ${a}] [(+ ${a} 1) ${b}] [_ :high ${b}]`,
    ])
  }
  return dice.of([
    `[${a} :next ${b}]`,
    `[${a} :next ${b}]`,
    `[${b} :next ${a}]`,
    `[${a} :up ${b}]`,
    `[${a} :next ${hidden}] [${hidden} :up ${b}]`,
    `(edge ${a} ${b})`,
    `(far ${a} ${b})`,
    `[${a} :next ${b}] (not [${a} :up ${b}])`,
    `[${a} :next ${b}] (not (far ${b} ${a}))`,
    `[${a} :next ${b}] [(!= ${a} ${b})]`,
    `[${a} :next ${b}] [${a} :rank ${hidden}] [(< ${hidden} 3)]`,
    `(or [${a} :next ${b}] [${b} :up ${a}])`,
    `(or-join [${a} ${b}] (and [${a} :up ${hidden}] [${hidden} :next ${b}]) (edge ${b} ${a}))`,
    `[${a} :next ${hidden}] [(identity ${hidden}) ${b}]`,
    `[${a} :rank ${hidden}] [${b} :rank ${hidden}]`,
  ])
}

const call = (name: string, args: readonly string[]): string => `(${[name, ...args].join(' ')})`

const anyCall = (dice: Dice, { name, kinds }: Shape): string =>
  call(
    name,
    kinds.map((kind) => dice.of(dice.chance(8) ? CONSTANTS[kind] : VARIABLES[kind])),
  )

/** What joins `a` with `b` over one to three steps: edges, and where it `isRecursive` a call of one of `shapes` or more. */
function path(dice: Dice, shapes: readonly Shape[], kind: Kind, a: string, b: string, isRecursive: boolean): string[] {
  const steps = isRecursive ? 1 + dice.pick(3) : 1 + (dice.chance(20) ? 1 : 0)
  const between = VARIABLES[kind].filter((v) => v !== a && v !== b)
  const stops = [a, ...between.slice(0, steps - 1), b]
  const usable = shapes.filter(({ kinds }) => kinds[0] === kind && kinds[1] === kind)
  const called = dice.pick(steps)
  const isMultiple = dice.chance(30)
  return stops.slice(1).map((to, i) => {
    const from = stops[i] as string
    if (!isRecursive || usable.length === 0 || (i !== called && !isMultiple))
      return edge(dice, kind, from, to, `?h${i}`)
    const { name, kinds } = dice.of(usable)
    const ends = dice.chance(10) ? [to, from] : [from, to]
    const more = kinds.slice(2).map((k) => (dice.chance(80) ? (VARIABLES[k].at(-1) as string) : dice.of(CONSTANTS[k])))
    return call(name, [...ends, ...more])
  })
}

const BINDERS: Readonly<Record<Kind, (v: string) => string>> = {
  node: (v) => `[${v} :next _]`,
  text: (v) => `[_ :from ${v}]`,
  number: (v) => `[_ :low ${v}]`,
}

/** The first two of their kind, and the last of the third's. */
const paramsOf = ({ kinds }: Shape): string[] => kinds.map((kind, i) => VARIABLES[kind].at(i < 2 ? i : -1) as string)

function body(dice: Dice, shapes: readonly Shape[], shape: Shape, isRecursive: boolean): string {
  const params = paramsOf(shape)
  const [kind] = shape.kinds as [Kind]
  const [a, b = VARIABLES[kind][1] as string] = params as [string, string?]
  const clauses = path(dice, shapes, kind, a, b, isRecursive)
  if (isRecursive && dice.chance(10)) clauses.push(anyCall(dice, dice.of(shapes)))
  params.forEach((param, i) => {
    if (!clauses.some((clause) => clause.includes(param))) clauses.push(BINDERS[shape.kinds[i] as Kind](param))
  })
  if (dice.chance(10)) clauses.push(`[(!= ${dice.of(params)} ${dice.of(params)})]`)
  return `[${call(shape.name, params)} ${shuffled(clauses, dice.pick(2 ** 30)).join(' ')}]`
}

interface Input {
  readonly binding: string
  readonly given: unknown
  /** The same without a lookup ref. */
  readonly plain: unknown
}

function input(dice: Dice, kind: Kind, lookUp: boolean): Input {
  const [v, w] = [dice.of(VARIABLES[kind]), dice.of(VARIABLES[kind])]
  const one = (): unknown => dice.of(VALUES[kind])
  const some = (f: () => unknown): unknown[] => Array.from({ length: dice.pick(4) }, f)
  const plain = one()
  const ref = kind === 'node' && lookUp ? [':db/ident', `:n${String(plain)}`] : plain
  return dice.of<() => Input>([
    () => ({ binding: v, given: plain, plain }),
    () => ({ binding: v, given: ref, plain }),
    () => ofMany(`[${v} ...]`, some(one)),
    () =>
      ofMany(
        `[[${v} ${w}]]`,
        some(() => [one(), one()]),
      ),
  ])()
}
const ofMany = (binding: string, given: unknown): Input => ({ binding, given, plain: given })

export interface RuleCase {
  readonly rules: string
  readonly where: readonly string[]
  readonly find: string
  readonly ins: string
  readonly inputs: readonly unknown[]
  /** The inputs with entity ids in the place of lookup refs. */
  readonly plain: readonly unknown[]
}

/** One to three rules that call each other and themselves in all ways, and a query of them; `lookUp`: with lookup refs. */
export function ruleCase(dice: Dice, lookUp: boolean): RuleCase {
  const kind = dice.of<Kind>(['node', 'node', 'node', 'text', 'number'])
  const other = dice.of<Kind>(['node', 'text', 'number'])
  const shapes = Array.from({ length: dice.of([1, 1, 1, 2, 3]) }, (_, i): Shape => {
    const kinds = dice.of([[kind, kind], [kind, kind], [kind, kind], [kind], [kind, kind, other]])
    return { name: `r${i}`, kinds }
  })
  const bodies = shapes.flatMap((shape) =>
    [false, dice.chance(15), true, ...(dice.chance(25) ? [true] : [])].map((is) => body(dice, shapes, shape, is)),
  )
  const where = Array.from({ length: 1 + dice.pick(2) }, () => anyCall(dice, dice.of(shapes)))
  if (dice.chance(40)) where.push(edge(dice, kind, dice.of(VARIABLES[kind]), dice.of(VARIABLES[kind]), '?h'))
  const given = dice.chance(50) ? [input(dice, kind, lookUp)] : []
  const ins = given.map(({ binding }) => binding).join(' ')
  const bound = variablesIn(`${ins} ${where.join(' ').replaceAll('?h', '')}`)
  if (bound.length === 0) return ruleCase(dice, lookUp)
  if (dice.chance(15)) where.push(`(not ${anyCall(dice, dice.of(shapes))})`)
  const finds = bound.filter(() => dice.chance(60))
  return {
    rules: `[${GIVEN}\n${shuffled(bodies, dice.pick(2 ** 30)).join('\n')}]`,
    where,
    find: (finds.length === 0 ? bound.slice(0, 1) : finds).join(' '),
    ins,
    inputs: given.map((one) => one.given),
    plain: given.map((one) => one.plain),
  }
}
