import type { AnyArguments } from './inputs.ts'

/** A query that was written apart from its use, with the type of its answer and of the arguments that follow it. */
export interface HoistedQuery<out Row, out Arguments extends AnyArguments> {
  readonly find: unknown
  readonly [answer]: Row
  readonly [inputs]: Arguments
}
/** A pull pattern that was written apart from its use, with the type of what it finds. */
export interface HoistedPattern<out Entity> extends ReadonlyArray<unknown> {
  readonly [answer]: Entity
}
declare const answer: unique symbol
declare const inputs: unique symbol
