import { unwrap } from 'idb'
import { type AnnalsError, isAnnalsError } from '../../base/errors.ts'
import { changesAnything, checkLocalCommit, headsAfter, meets } from '../local-commit.ts'
import type { LocalCommit } from '../port.ts'
import { COMMITS_AT_ONCE } from './commits-at-once.ts'
import type { Connection, Needs } from './connection.ts'
import type { Head, StoreName } from './disk.ts'
import { readHead } from './read-head.ts'
import { errorName } from './storage-error.ts'
import { NO_REASON, RolledBack } from './transaction.ts'
import {
  appendingStores,
  comparingStores,
  find,
  isPlain,
  NOTHING_FOUND,
  type OwnChange,
  ownChange,
  write,
  writeHead,
} from './write-change.ts'

/** The head as this store last left or met it: another may have moved it since. */
export interface SeenHead {
  head: Head | undefined
}

/** One readwrite transaction: compares, writes, and resolves on its `complete`. */
export async function commitChange(
  connection: Connection,
  name: string,
  change: LocalCommit,
  seen: SeenHead,
): Promise<'committed' | 'lost'> {
  checkLocalCommit(change)
  const own = ownChange(change)
  const guess = seen.head && isPlain(own) && meets(seen.head, change.expect) ? seen.head : undefined
  if (guess !== undefined) {
    try {
      if (!isAppend(change)) return await compareAndWrite(connection, name, change, own, seen, guess)
      await append(connection, change, own, guess)
      seen.head = headAfter(guess, change)
      return 'committed'
    } catch (e) {
      if (!isAnnalsError(e) || !isTaken(e)) throw e
    }
  }
  return compareAndWrite(connection, name, change, own, seen, undefined)
}

/** Whether a change asks for nothing but that the log ends where its rows begin. */
const isAppend = ({ expect, log = [], enqueue = [], claim }: LocalCommit): boolean =>
  log.length > 0 &&
  enqueue.length === 0 &&
  claim === undefined &&
  expect.seq === undefined &&
  expect.claim === undefined

/**
 * Compares by a key that must be free instead of reading, and so waits for nothing but the end: whoever else has written after
 * the same head has taken the key of the first row. Rejects then, and nothing is written.
 */
const append = (connection: Connection, change: LocalCommit, own: OwnChange, guess: Head): Promise<void> =>
  connection.runBare('writing', needsOf(change, appendingStores(own)), (tx, attempt) => {
    write(tx, own, headAfter(guess, change), NOTHING_FOUND)
    attempt.wrote = true
    if (COMMITS_AT_ONCE) tx.commit()
  })

/** Whether it was aborted because the key was taken, or for a reason that only comparing will tell. */
const isTaken = ({ cause }: AnnalsError): boolean =>
  errorName(cause) === 'ConstraintError' || (cause instanceof DOMException && cause.message === NO_REASON)

/**
 * As long as nobody else commits, the head is the one seen last (`guess`), and the writes are asked for together with it instead
 * of after it; they are rolled back where it is not, which is told by `lost` or by a key that is taken.
 */
async function compareAndWrite(
  connection: Connection,
  name: string,
  change: LocalCommit,
  own: OwnChange,
  seen: SeenHead,
  guess: Head | undefined,
): Promise<'committed' | 'lost'> {
  let next: Head | undefined
  const outcome = await connection.run('writing', {
    ...needsOf(change, comparingStores(own)),
    async work(tx, attempt): Promise<'committed' | 'lost'> {
      const bare = unwrap(tx)
      const reading = readHead(tx, name, seen.head?.confirmed)
      reading.catch(() => {}) // nobody waits for it any more when a write throws
      if (guess) write(bare, own, headAfter(guess, change), NOTHING_FOUND)
      const head = await reading
      if (!meets(head, change.expect)) {
        next = head
        throw new RolledBack('lost')
      }
      next = headAfter(head, change)
      if (!guess) write(bare, own, next, await find(tx, own, next))
      else if (!sameHead(guess, head)) writeHead(bare, next)
      // A strict transaction that writes nothing would leave what came before it where it is.
      if (change.durability === 'strict' && !changesAnything(change)) writeHead(bare, next)
      attempt.wrote = true
      if (COMMITS_AT_ONCE) tx.commit()
      return 'committed'
    },
  })
  seen.head = next
  return outcome
}

const needsOf = (change: LocalCommit, stores: readonly StoreName[]): Needs<'readwrite'> => ({
  stores,
  mode: 'readwrite',
  durability: change.durability ?? 'relaxed',
})

function headAfter(head: Head, change: LocalCommit): Head {
  return { ...head, ...headsAfter(head, change), done: Math.max(head.done, change.dequeueTo ?? 0) }
}

/** Whether they stand alike: each of their parts is counted by a number that only grows. */
function sameHead(a: Head, b: Head): boolean {
  return a.confirmed.t === b.confirmed.t && a.queue.seq === b.queue.seq && a.claim === b.claim && a.done === b.done
}
