import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { readArguments } from '../src/server/cli/arguments.ts'
import { failureLine } from '../src/server/cli/log-line.ts'
import { run } from '../src/server/cli/run.ts'
import { client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 20_000 })

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'annals-cli-'))
  await mkdir(join(dir, 'site', 'assets'), { recursive: true })
  await writeFile(join(dir, 'site', 'index.html'), '<h1>shop</h1>')
  await writeFile(join(dir, 'site', 'assets', 'app.js'), 'let x = 1')
  await writeFile(join(dir, 'site', '.env'), 'SECRET')
  await writeFile(join(dir, 'outside.txt'), 'OUTSIDE')
  await symlink(join(dir, 'outside.txt'), join(dir, 'site', 'link.txt'))
})
afterAll(() => rm(dir, { recursive: true }))

/** Runs the command; `stop` ends it and gives what it said. */
async function started(
  ...args: string[]
): Promise<{ url: string; stop: () => Promise<{ code: number; err: string[] }> }> {
  const stop = new AbortController()
  const err: string[] = []
  let code: Promise<number> = Promise.resolve(-1)
  const url = await new Promise<string>((resolve, reject) => {
    const out = (line: string): void => resolve(line.replace('annals is listening on ', ''))
    code = run(['serve', ...args], { out, err: (line) => err.push(line), signal: stop.signal })
    void code.then(() => reject(new Error(err.join('\n'))))
  })
  return {
    url,
    stop: async () => {
      stop.abort()
      return { code: await code, err }
    },
  }
}

const called = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  let out = ''
  let err = ''
  const code = await run(args, {
    out: (line) => {
      out += line
    },
    err: (line) => {
      err += line
    },
    signal: AbortSignal.abort(),
  })
  return { code, out, err }
}

describe('annals serve', () => {
  it('syncs, keeps what it was told in its file, and serves a folder', async () => {
    const storage = `sqlite:${join(dir, 'log.db')}`
    const server = await started('--storage', storage, '--port', '0', '--static', join(dir, 'site'))
    expect(server.url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ ok: true })

    const remote = { url: `${server.url}/sync/inventory` }
    const a = await client(new TestServer(), { remote, fetch })
    await a.conn.transact(SCHEMA)
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    const b = await client(new TestServer(), { remote, fetch })
    await quiet(a)
    await quiet(b)
    expect(await b.conn.db().entid(['inv/sku', 'S1'])).toBe(await a.conn.db().entid(['inv/sku', 'S1']))

    const get = (path: string): Promise<Response> => fetch(server.url + path)
    const script = await get('/assets/app.js')
    expect([script.headers.get('content-type'), await script.text()]).toEqual([
      'text/javascript; charset=utf-8',
      'let x = 1',
    ])
    for (const page of ['/', '/items/42']) expect(await (await get(page)).text()).toBe('<h1>shop</h1>')
    const etag = script.headers.get('etag') as string
    expect((await fetch(`${server.url}/assets/app.js`, { headers: { 'if-none-match': etag } })).status).toBe(304)
    for (const path of [
      '/.env',
      '/link.txt',
      '/missing.js',
      '/%2e%2e/outside.txt',
      '/..%5coutside.txt',
      '/%00',
      '/%',
    ]) {
      const response = await get(path)
      expect([path, response.status]).toEqual([path, 404])
    }
    expect(await rawGet(server.url, '/../outside.txt')).not.toContain('OUTSIDE')
    expect(await rawGet(server.url, '//evil.example/outside.txt')).not.toContain('OUTSIDE')

    // followers are connected, and do not keep it from stopping
    const stopped = await server.stop()
    expect(stopped).toEqual({ code: 0, err: [] })
    const again = await started('--storage', storage, '--port', '0')
    const c = await client(new TestServer(), { remote: { url: `${again.url}/sync/inventory` }, fetch })
    expect((await quiet(c)).t).toBe(2)
    expect((await fetch(again.url)).status).toBe(404)
    for (const one of [a, b, c]) await one.conn.close()
    await again.stop()
  })

  it('tells how it is, counts what it does, and logs requests without what is in them', async () => {
    const server = await started('--storage', 'memory:', '--port', '0', '--log', 'requests')
    const headers = { authorization: 'Bearer TOP-SECRET' }
    await (await fetch(`${server.url}/sync/shop/pull?from=1&x=TOP-SECRET`, { headers })).arrayBuffer()
    await (await fetch(`${server.url}/sync/shop/dance`, { headers })).arrayBuffer()
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('annals_requests_total{message="pull",status="200"} 1')
    expect(metrics).toContain('annals_requests_total{message="other",status="404"} 1')
    expect(metrics).toContain('annals_request_seconds_count{message="pull"} 1')
    expect(metrics).toContain('annals_open_databases 1')
    for (const line of metrics.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/)
    const { err } = await server.stop()
    const lines = err.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { level: 'info', database: 'shop', what: 'pull', status: 200, ms: expect.any(Number) },
      { level: 'info', database: '', what: 'other', status: 404 },
    ])
    expect(err.join()).not.toContain('SECRET')
  })

  it.each([
    [[], 'localhost', 200],
    [[], '127.0.0.1', 200],
    [[], '[::1]', 200],
    [[], 'evil.example', 403],
    [[], 'a!evil.example', 403],
    [['--allow-host', 'shop.example'], 'shop.example', 200],
    [['--allow-host', 'shop.example'], 'evil.example', 403],
    [['--host', '0.0.0.0'], 'shop.example', 200],
  ])('takes requests by its own names only: %j %s', async (args, host, status) => {
    const server = await started('--storage', 'memory:', '--port', '0', ...args)
    expect(await rawGet(server.url, '/health', `Host: ${host}\r\n`)).toContain(`HTTP/1.1 ${status}`)
    await server.stop()
  })

  it.each([
    ['TRACE / HTTP/1.0', 'localhost'],
    ['GET /health HTTP/1.0', '['],
    ['GET /health HTTP/1.0', 'a:99999'],
  ])('refuses what is no request for anybody, and logs no failure of its own: %s, host %s', async (first, host) => {
    const server = await started('--storage', 'memory:', '--port', '0')
    expect(await raw(server.url, `${first}\r\nHost: ${host}\r\n\r\n`)).toContain('HTTP/1.1 400')
    expect((await server.stop()).err).toEqual([])
  })

  it('says so when the port is taken', async () => {
    const first = await started('--storage', 'memory:', '--port', '0')
    const second = await called('serve', '--storage', 'memory:', '--port', new URL(first.url).port)
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('is taken; choose another with --port') })
    await first.stop()
  })

  it('says so when a storage or a folder cannot be had', async () => {
    const noFolder = await called('serve', '--storage', 'memory:', '--port', '0', '--static', join(dir, 'nowhere'))
    expect(noFolder).toMatchObject({ code: 1, err: expect.stringContaining('there is no folder') })
    const noStorage = await called('serve', '--storage', `sqlite:${join(dir, 'nowhere', 'log.db')}`, '--port', '0')
    expect(noStorage).toMatchObject({ code: 1, err: expect.stringContaining('Its folder must exist') })
    expect(noStorage.out).toBe('')
  })

  it.each([
    [['serve', '--colour', 'red']],
    [['dance']],
    [[]],
    [['serve', 'twice']],
    [['serve', '--port', '65536']],
    [['serve', '--port', 'x']],
    [['serve', '--storage', 'floppy:a']],
  ])('is told how to be called: %j', async (args) => {
    const { code, err } = await called(...args)
    expect(code).toBe(2)
    expect(err).toContain('usage: annals')
  })

  it('reads its options', async () => {
    expect(readArguments(['serve', '--port', '0', '--host', '0.0.0.0'])).toEqual({
      kind: 'serve',
      options: {
        storage: 'sqlite:annals.db',
        port: 0,
        host: '0.0.0.0',
        static: undefined,
        origins: undefined,
        hosts: [],
        log: 'errors',
        patterns: false,
      },
    })
    expect(readArguments(['serve', '--patterns'])).toMatchObject({ options: { patterns: true } })
    expect(await called('--help')).toMatchObject({ code: 0, out: expect.stringContaining('annals restore') })
    expect(await called('serve', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('--storage') })
  })
})

it('failures show no password', () => {
  const error = new AnnalsError('storage/unavailable', 'cannot connect to postgres://ann:SECRET@db/x', {})
  const line = failureLine({ database: 'shop', what: 'push', error })
  expect(line).toContain('postgres://…@db/x')
  expect(line).not.toContain('SECRET')
})

it.each(['SECRET', 'SEC/RET', 'SEC@RET', 'S"E:C/R@E@T'])('nor do their causes and stacks: %s', (password) => {
  const url = `mysql://ann:${password}@db/x`
  const cause = new AnnalsError('storage/failed', `no such host ${url}`, {})
  const known = new AnnalsError('storage/unavailable', `cannot connect to ${url}`, {}, { cause })
  for (const error of [known, new Error(`cannot connect to ${url}`)]) {
    const line = failureLine({ database: 'shop', what: 'push', error })
    expect(line).toContain('mysql://…@db/x')
    expect(line).not.toMatch(/SEC|RET/)
  }
})

it('failures are one line of JSON each', () => {
  const line = JSON.parse(failureLine({ database: 'shop', what: 'push', error: new Error('no\nluck') }))
  expect(line).toMatchObject({ level: 'error', database: 'shop', what: 'push', code: 'internal/unexpected' })
})

/** What the server says to a path that no client would send as it is. */
const rawGet = (url: string, path: string, headers = ''): Promise<string> =>
  raw(url, `GET ${path} HTTP/1.0\r\n${headers}\r\n`)

function raw(url: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request))
    let said = ''
    socket.on('data', (data) => {
      said += data
    })
    socket.on('end', () => resolve(said))
    socket.on('error', reject)
  })
}
