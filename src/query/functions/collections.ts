import { kindOf, sameValue, type Value } from '../../datom/value.ts'
import { type Builtin, badArgument, type Result } from '../builtin.ts'
import { asValue, integerArg, listArg, textArg } from './arguments.ts'

const MANY = Number.POSITIVE_INFINITY

const tuple: Builtin = { arity: [1, MANY], apply: (args) => asValue(args) }

function countOf([x]: readonly Result[]): number {
  if (typeof x === 'string' && kindOf(x) === 'string') return textArg(x).length
  return listArg(x).length
}

function contains([list, x]: readonly Result[]): boolean {
  const wanted = asValue(x as Result)
  return listArg(list).some((m) => {
    const member = asValue(m)
    return member === wanted || (member !== null && wanted !== null && sameValue(member, wanted))
  })
}

function nth([list, place]: readonly Result[]): Result {
  const members = listArg(list)
  const i = integerArg(place)
  if (i < 0 || i >= members.length) throw badArgument(`a place from 0 below ${members.length}`, i)
  return members[i] as Result
}

const RANGE_MAX = 10_000_000

function range(args: readonly Result[]): readonly Value[] {
  const [from, to, step] =
    args.length === 1
      ? [0, integerArg(args[0]), 1]
      : [integerArg(args[0]), integerArg(args[1]), integerArg(args[2] ?? 1)]
  if (step === 0) throw badArgument('a step other than 0', 0)
  const length = Math.max(0, Math.ceil((to - from) / step))
  if (length > RANGE_MAX) throw badArgument(`a range of at most ${RANGE_MAX}`, length)
  return Array.from({ length }, (_, i) => from + i * step)
}

const isTruthy = (x: Result): boolean => x !== null && x !== false

export const COLLECTIONS: Readonly<Record<string, Builtin>> = {
  ground: { arity: [1, 1], apply: ([x]) => x as Result },
  identity: { arity: [1, 1], apply: ([x]) => x as Result },
  tuple,
  vector: tuple,
  list: tuple,
  untuple: { arity: [1, 1], apply: ([x]) => listArg(x) },
  count: { arity: [1, 1], apply: countOf },
  'empty?': { arity: [1, 1], apply: (args) => countOf(args) === 0 },
  'not-empty': { arity: [1, 1], apply: (args) => (countOf(args) === 0 ? null : (args[0] as Result)) },
  'contains?': { arity: [2, 2], apply: contains },
  nth: { arity: [2, 2], apply: nth },
  get: { arity: [2, 3], apply: ([list, i, otherwise = null]) => listArg(list)[integerArg(i)] ?? otherwise },
  first: { arity: [1, 1], apply: ([list]) => listArg(list)[0] ?? null },
  last: { arity: [1, 1], apply: ([list]) => listArg(list).at(-1) ?? null },
  range: { arity: [1, 3], apply: range },
  not: { arity: [1, 1], apply: ([x]) => !isTruthy(x as Result) },
  and: { arity: [0, MANY], apply: (args) => args.find((x) => !isTruthy(x)) ?? args.at(-1) ?? true },
  or: { arity: [0, MANY], apply: (args) => args.find(isTruthy) ?? args.at(-1) ?? null },
  // nothing in a query is nil, but what a function of the application gives
  'nil?': { arity: [1, 1], apply: ([x]) => x === null },
  'some?': { arity: [1, 1], apply: ([x]) => x !== null },
  'true?': { arity: [1, 1], apply: ([x]) => x === true },
  'false?': { arity: [1, 1], apply: ([x]) => x === false },
}
