/** Milliseconds between two signs of life on a stream. */
export const HEARTBEAT_MS = 15_000
/** Events that a reader may leave unread: the next connection starts with the newest anyway. */
const UNREAD = 8

type Reader = ReadableStreamDefaultController<Uint8Array>

const text = new TextEncoder()
const HERE = text.encode(': here\n\n')

/** The streams of server-sent events of one database: one event's bytes and one timer serve all of them. */
export class Followers {
  private readonly readers = new Map<Reader, () => void>()
  private beat: ReturnType<typeof setInterval> | undefined
  private soon: ReturnType<typeof setTimeout> | undefined
  private t = 0

  get size(): number {
    return this.readers.size
  }

  /** The head lies at `t`: everybody hears of it, after whoever moved it, once for all that came in one turn. */
  poke(t: number): void {
    this.t = t
    if (this.readers.size > 0) this.soon ??= setTimeout(() => this.sayAll(), 0)
  }

  /**
   * A stream of `poke` with the head's `t`: at once when it lies beyond `from`, whenever it moves, and as a heartbeat. A poke is only ever
   * a hint to pull. Ends when the reader leaves or does not keep up, and with the database; then `onEnd` is called.
   */
  follow(from: number, onEnd: () => void): Response {
    let leave: () => void = () => undefined
    const stream = new ReadableStream<Uint8Array>({
      start: (reader) => {
        leave = () => {
          if (!this.readers.delete(reader)) return
          if (this.readers.size === 0) clearInterval(this.beat)
          onEnd()
        }
        const end = (): void => {
          leave()
          reader.close()
        }
        if (this.readers.size === 0) this.beat = setInterval(() => this.sayAll(), HEARTBEAT_MS)
        this.readers.set(reader, end)
        reader.enqueue(this.t > from ? pokeOf(this.t) : HERE)
      },
      cancel: () => leave(),
    })
    return new Response(stream, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
  }

  endAll(): void {
    for (const end of this.readers.values()) end()
  }

  private sayAll(): void {
    this.soon = undefined
    const event = pokeOf(this.t)
    for (const [reader, end] of this.readers) {
      if ((reader.desiredSize ?? 0) < -UNREAD) end()
      else reader.enqueue(event)
    }
  }
}

const pokeOf = (t: number): Uint8Array => text.encode(`event: poke\ndata: ${JSON.stringify({ t })}\n\n`)
