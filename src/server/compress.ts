/** Bytes below which compressing costs more than it saves. */
const SMALLEST = 1024

/** The response with its body gzipped, where the request accepts that and the body is of some size and gets smaller. */
export async function compressed(request: Request, response: Response): Promise<Response> {
  if (response.body === null || !response.headers.get('content-type')?.startsWith('application/cbor')) return response
  response.headers.append('vary', 'accept-encoding')
  if (!accepts(request) || Number(response.headers.get('content-length')) < SMALLEST) return response
  const bytes = new Uint8Array(await response.arrayBuffer())
  const packed = await gzip(bytes)
  const isSmaller = packed.length < bytes.length
  const headers = new Headers(response.headers)
  headers.set('content-length', String(Math.min(packed.length, bytes.length)))
  if (isSmaller) headers.set('content-encoding', 'gzip')
  return new Response(isSmaller ? packed : bytes, { status: response.status, headers })
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
