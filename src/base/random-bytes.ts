/** Drawn together: asking for a few bytes costs as much as asking for many. */
const BLOCK = 4096
let block = new Uint8Array(0)
let used = 0

/** `n` random bytes fit for secrets, of which no two calls get the same. They are the caller's own. Requires: at most 256. */
export function randomBytes(n: number): Uint8Array {
  if (used + n > block.length) {
    block = crypto.getRandomValues(new Uint8Array(BLOCK))
    used = 0
  }
  used += n
  return block.slice(used - n, used)
}
