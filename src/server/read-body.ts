import { AnnalsError } from '../base/errors.ts'

/**
 * The bytes of a request, unpacked, no more than `limit` of them: what is too long is neither read nor unpacked to its end. Throws
 * `http/too-large`, and `http/bad-request` for another coding than gzip.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = (): AnnalsError =>
    new AnnalsError('http/too-large', `the body is larger than ${limit} bytes; push fewer transactions at once`, {
      limit,
    })
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = unpacked(request)?.getReader()
  for (;;) {
    const next = await reader?.read()
    if (next === undefined || next.done) break
    length += next.value.length
    if (length > limit) {
      await reader?.cancel()
      throw tooLarge()
    }
    chunks.push(next.value)
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

function unpacked(request: Request): ReadableStream<Uint8Array> | null {
  const coding = request.headers.get('content-encoding')
  if (coding === null || request.body === null) return request.body
  if (coding !== 'gzip') throw new AnnalsError('http/bad-request', `bodies may be packed by gzip, not by ${coding}`, {})
  return request.body.pipeThrough(new DecompressionStream('gzip'))
}
