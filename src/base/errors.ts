/** Every code that leaves annals. Stable: a code may be added, never renamed or given another meaning. */
export type ErrorCode =
  | `backup/${'malformed' | 'truncated' | 'corrupt' | 'newer-format' | 'does-not-follow'}`
  | `client/${'already-connected' | 'no-worker' | 'worker-died' | 'worker-failed' | 'unknown-handle' | 'bad-option' | 'unsynced'}`
  | `connection/${'closed' | 'destroyed' | 'overloaded'}`
  | `db/${'aborted' | 'bad-option' | 'gone' | 'not-indexed' | 'timeout' | 'unknown-index' | 'unknown-point'}`
  | `edn/${'malformed' | 'too-deep' | 'unknown-tag' | 'duplicate-key'}`
  | `entity/${'unknown' | 'bad-id'}`
  | `http/${
      | 'bad-request'
      | 'not-found'
      | 'too-large'
      | 'method-not-allowed'
      | 'forbidden-origin'
      | 'too-many-requests'}`
  | `ident/unknown`
  | `import/${'aborted' | 'source-failed'}`
  | `attribute/unknown`
  | `internal/${'assertion' | 'unexpected'}`
  | `pull/${'malformed' | 'unknown-attribute' | 'bad-option' | 'too-deep' | 'history'}`
  | `query/${
      | 'malformed'
      | 'unbound-variable'
      | 'unknown-attribute'
      | 'unknown-function'
      | 'unknown-rule'
      | 'unknown-source'
      | 'wrong-arity'
      | 'wrong-input'
      | 'bad-argument'
      | 'too-many-rows'
      | 'too-much-text'
      | 'timeout'
      | 'aborted'}`
  | `schema/${'mismatch' | 'malformed' | 'frozen' | 'in-use'}`
  | `storage/${'quota-exceeded' | 'closed' | 'corrupt' | 'unavailable' | 'newer-format' | 'blocked' | 'failed' | 'lost'}`
  | `sync/${
      | 'unauthorized'
      | 'unreachable'
      | 'unknown-function'
      | 'has-own-history'
      | 'is-replica'
      | 'diverged'
      | 'fork'
      | 'gap'
      | 'upgrade'
      | 'malformed'
      | 'protocol'
      | 'unknown-replica'
      | 'not-pending'
      | 'not-rejected'
      | 'not-synced'
      | 'bad-lease'}`
  | `tx/${
      | 'malformed'
      | 'unknown-operation'
      | 'unknown-function'
      | 'unknown-entity'
      | 'unique-conflict'
      | 'datoms-conflict'
      | 'cas-failed'
      | 'tempid-conflict'
      | 'tempid-unused'
      | 'required'
      | 'forbidden'
      | 'ensure-failed'
      | 'basis-moved'
      | 'bad-instant'
      | 'too-large'
      | 'not-excisable'
      | 'undo-conflict'
      | 'nothing-to-undo'
      | 'refused'
      | 'nested-without-identity'}`
  | `value/${'wrong-type' | 'out-of-range' | 'lone-surrogate' | 'too-large' | 'malformed'}`
  | `log/unknown-transaction`

/** The plain form in which an error crosses a worker boundary or the wire. */
export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
  readonly cause?: { readonly name: string; readonly message: string }
}

const BRAND = 'annals/error'

/**
 * The one error class. `code` is API; `message` says what was found, what was wanted and what to do; `data` holds the facts.
 */
export class AnnalsError extends Error {
  override readonly name = 'AnnalsError'
  readonly brand = BRAND
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly data: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** True for an {@link AnnalsError} of any copy of the library (a brand is checked, not a class), with `code` if given. */
export function isAnnalsError(e: unknown, code?: ErrorCode): e is AnnalsError {
  if (typeof e !== 'object' || e === null || !('brand' in e) || e.brand !== BRAND) return false
  return code === undefined || ('code' in e && e.code === code)
}

/** Any thrown thing as plain data. What is not an AnnalsError becomes `internal/unexpected` with its own words. */
export function toWireError(e: unknown): WireError {
  if (isAnnalsError(e)) {
    const { cause } = e
    const why = cause instanceof Error ? { cause: { name: cause.name, message: cause.message } } : {}
    return { code: e.code, message: e.message, data: e.data, ...why }
  }
  const said = e instanceof Error ? `${e.name}: ${e.message}` : String(e)
  return { code: 'internal/unexpected', message: `Something that should not happen did: ${said}`, data: {} }
}

/** The inverse of {@link toWireError}. */
export function fromWireError(w: WireError): AnnalsError {
  const cause = w.cause && Object.assign(new Error(w.cause.message), { name: w.cause.name })
  return new AnnalsError(w.code, w.message, w.data, cause && { cause })
}

/** `e` itself if it is one of ours, else `internal/unexpected` with `e` as its cause. */
export function toAnnalsError(e: unknown): AnnalsError {
  if (isAnnalsError(e)) return e
  const { code, message, data } = toWireError(e)
  return new AnnalsError(code, message, data, { cause: e })
}
