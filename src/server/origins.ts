import { AnnalsError } from '../base/errors.ts'

/** Origins, such as `https://shop.example`, whose pages may call; or all. */
export type Origins = readonly string[] | '*'

const METHODS = 'GET, POST'
const HEADERS = 'authorization, content-type, content-encoding'
/** Seconds for which a browser need not ask again. */
const MAX_AGE = '7200'

/**
 * What a response says to a page of another origin. Without `origins` nothing: browsers then keep other origins out. Throws
 * `http/forbidden-origin` for a page that is neither allowed nor of the server's own host.
 */
export function originHeaders(origins: Origins | undefined, request: Request): Record<string, string> {
  if (origins === undefined) return {}
  const origin = request.headers.get('origin')
  const vary = { vary: 'origin' }
  if (origin === null) return vary
  if (origins === '*' || origins.includes(origin))
    return { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' }
  if (hostOf(origin) === new URL(request.url).host) return vary
  throw new AnnalsError('http/forbidden-origin', 'pages of this origin may not call this server', {})
}

/** The answer to a browser that asks before it sends. */
export function preflight(allowed: Record<string, string>): Response {
  const cors = 'access-control-allow-origin' in allowed
  return new Response(null, {
    status: 204,
    headers: {
      ...allowed,
      ...(cors && {
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': HEADERS,
        'access-control-max-age': MAX_AGE,
      }),
    },
  })
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
