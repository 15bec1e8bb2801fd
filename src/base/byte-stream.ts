import type { ByteSource } from '../api/backup.ts'

/** `pieces` as a stream, made as they are asked for. */
export const streamOf = (pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })

/** The bytes of `source`, in the pieces in which they come. A stream is cancelled when its reader has enough. */
export async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  // not every browser lets a stream be iterated
  const stream = 'stream' in source ? source.stream() : source
  if (!('getReader' in stream)) return yield* stream
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
