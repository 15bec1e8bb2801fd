import { assert } from '../base/assert.ts'
import type { IndexCommit, IndexHead } from './port.ts'

/** What a change of the index is checked against. */
interface Stored {
  readonly head: IndexHead
  /** The present root's t; 0 when nothing was ever indexed. */
  readonly rootT: number
  /** A `t` that the log has reached. */
  readonly confirmedT: number
}

/** Refuses (`internal/assertion`) a change that contradicts itself or what is stored. */
export function checkIndexCommit({ write, root, rebuild = false, remove = [] }: IndexCommit, stored: Stored): void {
  const { head, rootT, confirmedT } = stored
  for (const id of write?.keys() ?? []) {
    const fresh = Number.isSafeInteger(id) && id >= head.nextId
    assert(fresh, () => `segment ${id} is written, after an expected ${head.nextId}`)
  }
  for (const id of remove) assert(id < head.nextId, () => `segment ${id} is removed, after an expected ${head.nextId}`)
  if (root === undefined) return
  assert(root.t <= confirmedT, () => `the root is of t ${root.t}, the log of ${confirmedT}`)
  assert(rebuild || root.t >= rootT, () => `the root is of t ${root.t}, the one before of ${rootT}`)
}

/** The head that the change leaves. */
export function indexHeadAfter({ epoch, nextId }: IndexHead, { write }: IndexCommit): IndexHead {
  let next = nextId
  for (const id of write?.keys() ?? []) next = Math.max(next, id + 1)
  return { epoch, nextId: next }
}
