import { createSyncHandler } from '../../src/server/handler.ts'
import { memoryRemote } from '../../src/storage/memory-remote.ts'
import { speaker } from '../../test/support/speaker.ts'
import { SCHEMA } from '../../test/support/sync-world.ts'

export interface Following {
  readonly followers: number
  /** Bytes of memory that one takes, without its socket. */
  readonly bytesEach: number
  /** Milliseconds from a push to the last follower that has heard of it. */
  readonly broadcastMs: number
}

/** `count` streams of one database, all read, in this process. Wants `--expose-gc`. */
export async function following(count: number): Promise<Following> {
  const handler = createSyncHandler({ storage: memoryRemote(), rate: false })
  const s = await speaker(handler)
  const before = memory()
  const readers: ReadableStreamDefaultReader<Uint8Array>[] = []
  for (let i = 0; i < count; i++) {
    const { body } = await handler(new Request('http://bench/sync/shop/follow'))
    const reader = (body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    readers.push(reader)
  }
  const bytesEach = (memory() - before) / count
  const heard = Promise.all(readers.map((reader) => reader.read()))
  const started = performance.now()
  await s.push([s.entry(SCHEMA)])
  await heard
  const broadcastMs = performance.now() - started
  await handler.close()
  return { followers: count, bytesEach, broadcastMs }
}

function memory(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
