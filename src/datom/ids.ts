/**
 * The bands that entity ids share (all below 2^30, where engines keep integers unboxed), so that a number says what it is:
 *
 *     0 ..< 2^28                 entities with final ids (built-ins first, then users' from FIRST_USER_ID)
 *     2^28 ..< 2^29              provisional entities, minted by a replica that has never met its remote
 *     2^29 + t                   the entity of confirmed transaction t
 *     2^29 + 2^28 + n            the entity of the replica's n-th pending transaction
 *
 * Reaches disk: never renumber.
 */
export const PROVISIONAL_BASE = 2 ** 28
export const TX_BASE = 2 ** 29
export const PENDING_BASE = TX_BASE + 2 ** 28
export const ID_END = 2 ** 30

/** Ids below are the built-ins'. */
export const FIRST_USER_ID = 1000

/** The entity of confirmed transaction `t`. */
export const txOfT = (t: number): number => TX_BASE + t
/** The `t` of a confirmed transaction's entity. Requires `isConfirmedTx(tx)`. */
export const tOfTx = (tx: number): number => tx - TX_BASE
export const isTx = (id: number): boolean => id >= TX_BASE
export const isConfirmedTx = (id: number): boolean => id >= TX_BASE && id < PENDING_BASE
export const isPendingTx = (id: number): boolean => id >= PENDING_BASE
export const isProvisional = (id: number): boolean => id >= PROVISIONAL_BASE && id < TX_BASE
/** Whether `n` can be the id of any entity at all. */
export const isEntityId = (n: unknown): n is number =>
  typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < ID_END
