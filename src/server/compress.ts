/** Bytes below which compressing costs more than it saves. */
const SMALLEST = 1024

/** The response with its body gzipped, where the request accepts that and the body is of some size and gets smaller. */
export async function compressed(request: Request, response: Response): Promise<Response> {
  if (response.body === null || !response.headers.get('content-type')?.startsWith('application/cbor')) return response
  const bytes = new Uint8Array(await response.arrayBuffer())
  const packed = accepts(request) && bytes.length >= SMALLEST ? await gzip(bytes) : undefined
  const headers = new Headers(response.headers)
  headers.append('vary', 'accept-encoding')
  if (packed === undefined || packed.length >= bytes.length) {
    return new Response(bytes, { status: response.status, headers })
  }
  headers.set('content-encoding', 'gzip')
  return new Response(packed, { status: response.status, headers })
}

const accepts = (request: Request): boolean =>
  (request.headers.get('accept-encoding') ?? '').split(',').some((coding) => {
    const [name, ...parameters] = coding.split(';').map((part) => part.trim())
    return name === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
