/** One server-sent event. */
export interface ServerEvent {
  readonly type: string
  readonly data: string
}

/** Characters of a line that is not ended: more is no event stream. */
const MAX_LINE = 64 * 1024

/**
 * Reads a body as server-sent events, so that requests can carry headers, which EventSource's cannot. Yields undefined for
 * whatever says only that the other side lives. Leaving the loop ends the stream.
 */
export async function* eventStream(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ServerEvent | undefined> {
  if (body === null) return
  const reader = body.getReader()
  const text = new TextDecoder()
  let rest = ''
  let type = 'message'
  let data: string[] = []
  try {
    for (;;) {
      const next = await reader.read()
      if (next.done) return
      const lines = (rest + text.decode(next.value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE) throw new RangeError('a line of the event stream does not end')
      yield undefined
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { type, data: data.join('\n') }
          type = 'message'
          data = []
        } else if (line.startsWith('event:')) type = line.slice(6).trimStart()
        else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
