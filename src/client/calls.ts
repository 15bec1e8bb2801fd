import { type Endpoint, expose, transfer, wrap } from 'comlink'
import { AnnalsError, fromWireError, toWireError, type WireError } from '../base/errors.ts'
import type { Refused } from './gathered-endpoint.ts'

/** A set of calls: name to a function of plain data. */
type Calls<C> = { readonly [K in keyof C]: (...args: never[]) => unknown }
export type Args<C extends Calls<C>, K extends keyof C> = Parameters<C[K]>
export type Value<C extends Calls<C>, K extends keyof C> = ReturnType<C[K]>

/** Calls the other side. Rejects with the AnnalsError that it threw, or what is told of arguments, or of an answer, that cannot cross. */
export type Caller<C extends Calls<C>> = <K extends keyof C & string>(op: K, args: Args<C, K>) => Promise<Value<C, K>>

/** A value with the buffers in it that may leave this side for good. */
export class Moved<T> {
  constructor(
    readonly value: T,
    readonly buffers: readonly ArrayBuffer[],
  ) {}
}
type Reply<T> = T | Moved<T> | Promise<T | Moved<T>>
export type Handlers<C extends Calls<C>> = { readonly [K in keyof C]: (...args: Args<C, K>) => Reply<Value<C, K>> }

// Comlink carries only name, message and stack of what is thrown: errors cross as answers.
type Answer = { readonly value: unknown } | { readonly error: WireError }
/** What is told of a call that structured clone refused: of its arguments, or of the answer. */
export type NotSent = (op: string, args: readonly unknown[], refused: Refused) => AnnalsError
type Answerer = (op: string, args: readonly unknown[]) => Promise<Answer>

/** Answers what `caller` asks at the other end of a gathered endpoint. `before` runs before each answer is sent. */
export function answerCalls<C extends Calls<C>>(endpoint: Endpoint, handlers: Handlers<C>, before?: () => void): void {
  const named = handlers as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
  const answerer: Answerer = async (op, args) => {
    try {
      const handler = Object.hasOwn(named, op) ? named[op] : undefined
      if (handler === undefined) throw new AnnalsError('client/worker-failed', `this worker does not know ${op}`)
      const reply = await handler(...args)
      return reply instanceof Moved ? transfer({ value: reply.value }, [...reply.buffers]) : { value: reply }
    } catch (e) {
      return { error: toWireError(e) }
    } finally {
      before?.()
    }
  }
  expose(answerer, endpoint)
}

/**
 * The caller's side, over a gathered endpoint. Keep what it returns: Comlink lets go of a channel whose proxy was collected, in the middle of a call.
 * Nothing but a plain call is made of the proxy, since each property would be one more.
 */
export function callerOf<C extends Calls<C>>(endpoint: Endpoint, notSent: NotSent): Caller<C> {
  const remote = wrap<Answerer>(endpoint)
  return async (op, args) => {
    const answer: Answer | Refused = await remote(op, args)
    if ('value' in answer) return answer.value as never
    throw 'error' in answer ? fromWireError(answer.error) : notSent(op, args, answer)
  }
}
