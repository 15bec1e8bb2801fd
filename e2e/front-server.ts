import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { inject } from 'vitest'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
}

/** What happens to a request for /sync: it goes through, its answer is lost, or it is answered here. */
export type Fate = 'passes' | 'loses its answer' | { readonly status: number; readonly body: string }

/** The demo's files, served whether or not there is a sync server behind them on `port`. Without one, /sync is cut off. */
export async function startFront(
  port: number,
  fateOf: (req: IncomingMessage) => Fate = () => 'passes',
): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((req, res) => {
    const path = new URL(req.url ?? '/', 'http://front').pathname
    if (path.startsWith('/sync/')) {
      const { method, url, headers } = req
      const fate = fateOf(req)
      if (typeof fate === 'object') {
        req.resume()
        res.writeHead(fate.status, { 'content-type': 'application/json' }).end(fate.body)
        return
      }
      const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        if (fate === 'loses its answer') {
          answer.resume()
          return
        }
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
        res.on('close', () => answer.destroy())
      })
      onward.on('error', () => res.destroy())
      req.pipe(onward)
      return
    }
    const file = join(inject('demo'), normalize(path === '/' ? '/index.html' : path))
    readFile(file).then(
      (bytes) => res.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes),
      () => res.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: urlOf(server), stop: () => stop(server) }
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front has no port')
  return `http://127.0.0.1:${address.port}/`
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
