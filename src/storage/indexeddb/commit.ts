import { changesAnything, checkLocalCommit, headsAfter, meets } from '../local-commit.ts'
import type { LocalCommit } from '../port.ts'
import type { Connection } from './connection.ts'
import type { Head } from './disk.ts'
import { readHead } from './read-head.ts'
import { RolledBack } from './transaction.ts'
import { find, isPlain, NOTHING_FOUND, ownChange, storesOf, write, writeHead } from './write-change.ts'

/** The head as this store last left or met it: another may have moved it since. */
export interface SeenHead {
  head: Head | undefined
}

/**
 * One readwrite transaction: compares, writes, and resolves on its `complete`. As long as nobody else commits, the head is
 * the one seen last, and the writes are asked for together with it instead of after it; they are rolled back where it is not.
 */
export async function commitChange(
  connection: Connection,
  name: string,
  change: LocalCommit,
  seen: SeenHead,
): Promise<'committed' | 'lost'> {
  checkLocalCommit(change)
  const own = ownChange(change)
  const guess = seen.head && isPlain(own) && meets(seen.head, change.expect) ? seen.head : undefined
  let next: Head | undefined
  const outcome = await connection.run('writing', {
    stores: storesOf(own),
    mode: 'readwrite',
    durability: change.durability ?? 'relaxed',
    async work(tx, attempt): Promise<'committed' | 'lost'> {
      const reading = readHead(tx, name)
      reading.catch(() => {}) // nobody waits for it any more when a write throws
      if (guess) write(tx, own, headAfter(guess, change), NOTHING_FOUND)
      const head = await reading
      if (!meets(head, change.expect)) {
        next = head
        throw new RolledBack('lost')
      }
      next = headAfter(head, change)
      if (!guess) write(tx, own, next, await find(tx, own, next))
      else if (!sameHead(guess, head)) writeHead(tx, next)
      // A strict transaction that writes nothing would leave what came before it where it is.
      if (change.durability === 'strict' && !changesAnything(change)) writeHead(tx, next)
      attempt.wrote = true
      tx.commit()
      return 'committed'
    },
  })
  seen.head = next
  return outcome
}

function headAfter(head: Head, change: LocalCommit): Head {
  return { ...head, ...headsAfter(head, change), done: Math.max(head.done, change.dequeueTo ?? 0) }
}

/** Whether they stand alike: each of their parts is counted by a number that only grows. */
function sameHead(a: Head, b: Head): boolean {
  return a.confirmed.t === b.confirmed.t && a.queue.seq === b.queue.seq && a.claim === b.claim && a.done === b.done
}
