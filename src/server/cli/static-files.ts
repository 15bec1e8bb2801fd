import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { Readable } from 'node:stream'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/**
 * Serves the files under `folder`, and its index.html for every other path without an extension. Answers undefined where there
 * is nothing; never leaves the folder, not by a link either, and shows no dot files. Rejects when there is no such folder.
 */
export async function staticFiles(folder: string): Promise<(request: Request) => Promise<Response | undefined>> {
  const root = await realpath(folder).catch(() => undefined)
  if (root === undefined)
    throw new Error(`there is no folder ${folder} to serve; build it first, or leave --static out`)
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    const path = pathOf(new URL(request.url).pathname)
    if (path === undefined) return undefined
    const found = (await fileAt(root, path)) ?? (extname(path) === '' ? await fileAt(root, 'index.html') : undefined)
    return found && fileResponse(found, request.headers.get('if-none-match'))
  }
}

/** The path below the root; undefined for one that is none, or that is nobody's business. */
function pathOf(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname)
    const parts = path.split('/').filter((part) => part !== '')
    const bad = parts.some((part) => part.startsWith('.') || part.includes('\\') || part.includes('\0'))
    return bad ? undefined : parts.join('/')
  } catch {
    return undefined
  }
}

interface Found {
  readonly path: string
  readonly size: number
  readonly etag: string
}

async function fileAt(root: string, path: string): Promise<Found | undefined> {
  try {
    const real = await realpath(join(root, path))
    if (!real.startsWith(root + sep)) return undefined
    const info = await stat(real)
    return info.isFile()
      ? { path: real, size: info.size, etag: `"${info.size.toString(36)}-${info.mtimeMs.toString(36)}"` }
      : undefined
  } catch {
    return undefined
  }
}

function fileResponse({ path, size, etag }: Found, known: string | null): Response {
  const headers = { 'cache-control': 'no-cache', etag, 'x-content-type-options': 'nosniff' }
  if (known === etag) return new Response(null, { status: 304, headers })
  return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, {
    headers: {
      ...headers,
      'content-length': String(size),
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    },
  })
}
