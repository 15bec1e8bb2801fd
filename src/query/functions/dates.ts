import { instantValue } from '../../datom/read-value.ts'
import type { Builtin } from '../builtin.ts'
import { instantArg, integerArg } from './arguments.ts'

const part = (of: (at: Date) => number): Builtin => ({ arity: [1, 1], apply: ([x]) => of(new Date(instantArg(x))) })

/** Parts of instants, all in UTC; months from 1, days of the week from 1, a Monday. */
export const DATES: Readonly<Record<string, Builtin>> = {
  year: part((at) => at.getUTCFullYear()),
  month: part((at) => at.getUTCMonth() + 1),
  day: part((at) => at.getUTCDate()),
  'day-of-week': part((at) => at.getUTCDay() || 7),
  hour: part((at) => at.getUTCHours()),
  minute: part((at) => at.getUTCMinutes()),
  second: part((at) => at.getUTCSeconds()),
  'inst-ms': { arity: [1, 1], apply: ([x]) => instantArg(x) },
  'ms-inst': { arity: [1, 1], apply: ([x]) => instantValue(integerArg(x)) },
}
