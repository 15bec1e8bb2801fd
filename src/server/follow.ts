import type { Transactor } from './transactor.ts'

/** Milliseconds between two signs of life on a stream. */
export const HEARTBEAT_MS = 15_000

/**
 * A stream of server-sent events: `poke` with the head's `t` at once when it lies beyond `from`, whenever it moves, and as a
 * heartbeat. A poke is only ever a hint to pull. Ends when the reader leaves, when `signal` aborts, and when the reader does not keep up.
 */
export function follow(transactor: Transactor, from: number, signal: AbortSignal): Response {
  const text = new TextEncoder()
  let stop: () => void = () => undefined
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const say = (event: string): void => {
        // eight events unread: the next connection starts with the newest anyway
        if ((controller.desiredSize ?? 0) < -8) return end()
        controller.enqueue(text.encode(event))
      }
      const poke = (t: number): void => say(`event: poke\ndata: ${JSON.stringify({ t })}\n\n`)
      const unsubscribe = transactor.onHead(poke)
      const beat = setInterval(() => poke(transactor.t), HEARTBEAT_MS)
      const end = (): void => {
        stop()
        controller.close()
      }
      stop = () => {
        unsubscribe()
        clearInterval(beat)
        signal.removeEventListener('abort', end)
      }
      signal.addEventListener('abort', end)
      if (transactor.t > from) poke(transactor.t)
      else say(': here\n\n')
      if (signal.aborted) end()
    },
    cancel() {
      stop()
    },
  })
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}
