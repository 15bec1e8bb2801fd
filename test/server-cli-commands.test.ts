import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { memory, open, restore } from '../src/engine.ts'
import { run } from '../src/server/cli/run.ts'
import { createSyncHandler } from '../src/server/handler.ts'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import { type Client, client, quiet, SCHEMA, TestServer, URL_OF_TEST } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let dir: string
let storage: string
let url: string
let stop: () => Promise<void>
/** The uuid of t 4. */
let slip: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'annals-commands-'))
  storage = `sqlite:${join(dir, 'log.db')}`
  const stopping = new AbortController()
  let code: Promise<number> = Promise.resolve(-1)
  url = await new Promise((resolve) => {
    const out = (line: string): void => resolve(line.replace('annals is listening on ', ''))
    code = run(['serve', '--storage', storage, '--port', '0'], { out, err: () => undefined, signal: stopping.signal })
  })
  stop = async () => {
    stopping.abort()
    expect(await code).toBe(0)
  }
  const a = await connected('shop')
  await a.conn.transact(SCHEMA)
  await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 100 }])
  await a.conn.transact([{ 'inv/sku': 'S2', 'inv/count': 5 }])
  slip = (await a.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 7]])).id
  await quiet(a)
  await a.conn.close()
})
afterAll(async () => {
  await stop()
  await rm(dir, { recursive: true })
})

const connected = (name: string): Promise<Client> =>
  client(new TestServer(), { remote: { url: `${url}/sync/${name}` }, fetch })

/** Files of this name, or that begin with it. */
const leftOf = async (path: string): Promise<readonly string[]> =>
  (await readdir(dir)).filter((name) => name.startsWith(basename(path)))

interface Said {
  readonly code: number
  readonly out: string[]
  readonly err: string
}

async function annals(
  args: readonly string[],
  more: { input?: string; env?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Said> {
  const out: string[] = []
  let err = ''
  const code = await run(args, {
    out: (line) => void out.push(line),
    err: (line) => {
      err += line
    },
    signal: more.signal ?? new AbortController().signal,
    ...(more.env && { env: more.env }),
    ...(more.input !== undefined && { input: bytesOf(more.input) }),
  })
  return { code, out, err }
}
async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

describe.each([
  ['a server', () => [`${url}/sync/shop`]],
  ['its storage', () => [storage, '--database', 'shop']],
])('on the database of %s', (_, place) => {
  it('log shows transactions with their facts', async () => {
    const { code, out } = await annals(['log', ...place(), '--from', '3', '--to', '4'])
    expect(code).toBe(0)
    expect(out).toHaveLength(2)
    expect(out[1]).toMatch(/^4 {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}[0-9a-f-]{36}\n/)
    expect(out[1]).toMatch(/\n {2}- \d+ :inv\/count 100\n/)
    expect(out[1]).toMatch(/\n {2}\+ \d+ :inv\/count 7(\n|$)/)
    const json = await annals(['log', ...place(), '--from', '4', '--json'])
    expect(JSON.parse(json.out[0] as string)).toMatchObject({
      t: 4,
      id: slip,
      facts: expect.arrayContaining([expect.objectContaining({ a: ':inv/count', v: 7, added: true })]),
    })
  })

  it('diff shows what two points in time differ by', async () => {
    const { out } = await annals(['diff', ...place(), '--from', '2', '--to', '4'])
    const items = out.filter((line) => line.includes(':inv/'))
    expect(items.map((line) => line.replace(/\d+ :/, ':')).sort()).toEqual([
      '+ :inv/count 5',
      '+ :inv/count 7',
      '+ :inv/sku "S2"',
      '- :inv/count 100',
    ])
    expect((await annals(['diff', ...place(), '--from', '4', '--to', '4'])).out).toEqual([])
    const backwards = await annals(['diff', ...place(), '--from', '4', '--to', '2'])
    expect(backwards).toMatchObject({ code: 1, err: expect.stringContaining('comes before') })
  })

  it('query answers as of any time, with inputs', async () => {
    const count = '[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'
    const asked = async (...more: string[]) =>
      (await annals(['query', ...place(), count, '--input', '"S1"', ...more])).out
    expect(await asked()).toEqual(['7'])
    expect(await asked('--as-of', '3')).toEqual(['100'])
    const past = '[:find [?n ...] :where [?e :inv/sku "S1"] [?e :inv/count ?n]]'
    const { out } = await annals(['query', ...place(), past, '--history'])
    expect((JSON.parse(out[0] as string) as number[]).sort()).toEqual([100, 7])
    expect((await annals(['query', ...place(), '[:find ?x . :where [?x :inv/sku "none"]]'])).out).toEqual(['null'])
    const wrong = await annals(['query', ...place(), '[:find ?x :where'])
    expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/\(edn\/malformed\)$/) })
  })

  it('stats counts', async () => {
    const { out } = await annals(['stats', ...place()])
    expect(JSON.parse(out[0] as string)).toMatchObject({
      t: 4,
      datoms: expect.any(Number),
      attributes: expect.any(Number),
    })
  })

  it('undo says what it would do, and changes nothing', async () => {
    const { code, out } = await annals(['undo', ...place(), slip, '--dry-run'])
    expect(code).toBe(0)
    expect(out.join('\n')).toMatch(/\+ \d+ :inv\/count 100/)
    expect(out.at(-1)).toBe('would revert 2, leave 0 alone')
    expect(JSON.parse((await annals(['stats', ...place()])).out[0] as string).t).toBe(4)
    const unknown = await annals(['undo', ...place(), crypto.randomUUID()])
    expect(unknown.code).toBe(1)
    expect(unknown.err).toMatch(/^annals: .*\(.*\)$/)
  })

  it('export writes a backup that restore reads, whole and by and by', async () => {
    const whole = await annals(['export', ...place()])
    expect(whole.out).toHaveLength(6)
    const [first, second] = [join(dir, crypto.randomUUID()), join(dir, crypto.randomUUID())]
    const early = whole.out.slice(0, 3)
    const { hash } = JSON.parse(early[2] as string) as { hash: string }
    await writeFile(first, [...early, JSON.stringify({ end: true, t: 2, hash })].join('\n'))
    expect(await annals(['export', ...place(), '--since', '2', '--out', second])).toMatchObject({ code: 0, out: [] })
    const again = await annals(['export', ...place(), '--since', '2', '--out', second])
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('already') })

    const copy = `copy-${crypto.randomUUID()}`
    const target = place().map((part) => (part === 'shop' ? copy : part.replace(/shop$/, copy)))
    const late = await annals(['restore', ...target, '--in', second])
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining('backup/does-not-follow') })
    const input = await readFile(first, 'utf8')
    expect((await annals(['restore', ...target], { input })).out).toEqual(['restored 2 transactions, up to t 2'])
    expect((await annals(['restore', ...target, '--in', second])).out).toEqual(['restored 2 transactions, up to t 4'])
    expect((await annals(['export', ...target])).out).toEqual(whole.out)
    expect((await annals(['restore', ...target], { input })).err).toContain('stands at t 4')
  })

  it('says what is wrong with a backup, and appends nothing of it', async () => {
    const { out } = await annals(['export', ...place()])
    const copy = `bad-${crypto.randomUUID()}`
    const target = place().map((part) => (part === 'shop' ? copy : part.replace(/shop$/, copy)))
    for (const [bad, code] of [
      [out.slice(0, 3).join('\n'), 'backup/truncated'],
      [out.map((line, i) => (i === 2 ? line.replace('"t":2', '"t":3') : line)).join('\n'), 'backup/corrupt'],
      ['# a file', 'backup/malformed'],
    ] as const) {
      expect(await annals(['restore', ...target], { input: bad })).toMatchObject({
        code: 1,
        err: expect.stringContaining(code),
      })
    }
    expect((await annals(['stats', ...target])).err).toContain('is empty')
  })
})

it('undo reverts, and undoes itself', async () => {
  const a = await connected('undone')
  await a.conn.transact(SCHEMA)
  await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
  await a.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 2]])
  await quiet(a)
  const place = `${url}/sync/undone`
  const count = async () => (await annals(['query', place, '[:find ?n . :where [_ :inv/count ?n]]'])).out[0]
  const undone = await annals(['undo', place, '3'])
  expect(undone.out.at(-1)).toMatch(/^undone by [0-9a-f-]{36} at t 4$/)
  expect(await count()).toBe('1')
  expect((await annals(['undo', storage, '--database', 'undone', '4'])).code).toBe(0)
  expect(await count()).toBe('2')
  expect((await annals(['undo', place, '3', '--strict'])).out.at(-1)).toMatch(/^undone by/)
  await a.conn.close()
})

it('a restored database goes on where it was', async () => {
  const a = await connected('before')
  await a.conn.transact(SCHEMA)
  await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
  await quiet(a)
  const id = await a.conn.db().entid(['inv/sku', 'S1'])
  await a.conn.close()
  const { out } = await annals(['export', `${url}/sync/before`])
  await annals(['restore', `${url}/sync/after`], { input: out.join('\n') })
  const b = await connected('after')
  expect((await quiet(b)).t).toBe(2)
  expect(await b.conn.db().entid(['inv/sku', 'S1'])).toBe(id)
  await b.conn.transact([{ 'inv/sku': 'S2' }])
  expect((await quiet(b)).t).toBe(3)
  await b.conn.close()
})

describe('wants', () => {
  it.each([
    [['log'], 'log wants a place'],
    [['log', 'floppy:a'], 'neither the URL of a server nor a storage'],
    [['log', 'sqlite:x.db'], 'say which with --database'],
    [['log', 'http://localhost/sync/shop', '--database', 'shop'], 'leave --database out'],
    [['log', 'http://ann:SECRET@localhost/sync/shop'], 'a URL carries no user'],
    [['log', 'http://localhost/sync/shop?x=1'], 'ends in its name, got ?x=1'],
    [['log', 'sqlite:x.db', '--database', '../shop'], 'a database is named by'],
    [['log', 'sqlite:x.db', '--database', 'a/shop'], 'a database is named by'],
    [['log', 'sqlite:x.db', '--database', 'a', '--from', 'x'], '--from is a t'],
    [['diff', 'sqlite:x.db', '--database', 'a'], 'diff wants --from'],
    [['undo', 'sqlite:x.db', '--database', 'a'], 'which transaction?'],
    [['query', 'sqlite:x.db', '--database', 'a'], 'which query?'],
    [['query', 'sqlite:x.db', '[]', '--database', 'a', '--input', 'x'], 'an input is JSON'],
    [['stats', 'sqlite:x.db', 'more', '--database', 'a'], 'stats takes no more'],
    [['stats', '--colour'], '--colour'],
    [['serve', '--origin', 'shop.example'], 'an origin is like'],
    [['serve', '--log', 'all'], '--log is errors or requests'],
  ])('%j: %s', async (args, message) => {
    const { code, err } = await annals(args)
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(err).not.toContain('SECRET')
    expect(err).toContain(`usage: annals ${args[0]}`)
  })

  it.each(['serve', 'log', 'diff', 'undo', 'query', 'stats', 'export', 'restore'])('help: %s', async (name) => {
    const { code, out } = await annals([name, '--help'])
    expect([code, out[0]?.split('\n')[0]]).toEqual([0, expect.stringMatching(`^usage: annals ${name} `)])
    expect((await annals(['--help'])).out[0]).toContain(`annals ${name} `)
  })
})

describe('says so', () => {
  it('when nothing answers, when a file or a database is not there', async () => {
    const dead = await annals(['stats', 'http://127.0.0.1:1/sync/shop'])
    expect(dead).toMatchObject({ code: 1, err: expect.stringMatching(/cannot be reached: bad port/) })
    const nameless = await annals(['restore', `${url}/sync`], {
      input: '{"annals":"backup","version":1,"t":0,"hash":""}',
    })
    expect(nameless).toMatchObject({ code: 1, err: expect.stringContaining('404') })
    const missing = join(dir, 'missing.db')
    const file = await annals(['stats', `sqlite:${missing}`, '--database', 'shop'])
    expect(file).toMatchObject({ code: 1, err: expect.stringContaining('there is no file') })
    await expect(readFile(missing)).rejects.toThrow()
    for (const command of ['log', 'stats', 'export']) {
      const empty = await annals([command, storage, '--database', 'nobody'])
      expect(empty).toMatchObject({ code: 1, out: [], err: expect.stringContaining('the database nobody is empty') })
    }
  })

  it('when a storage cannot be opened, and why', async () => {
    const printed = vi.spyOn(console, 'error')
    const said = await annals(['log', `sqlite:${dir}`, '--database', 'shop'])
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining('SQLite cannot open') })
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
  })

  it('when a backup breaks off, and leaves nothing of it', async () => {
    const [server, path] = [new TestServer(), join(dir, 'broken.annals')]
    const a = await client(server)
    await a.conn.transact(SCHEMA)
    await quiet(a)
    await a.conn.close()
    server.between = async (path, send) => (path === 'pull' ? Promise.reject(new TypeError('no network')) : send())
    vi.stubGlobal('fetch', server.fetch)
    const said = await annals(['export', URL_OF_TEST, '--out', path])
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining('cannot be reached') })
    await expect(readFile(path)).rejects.toThrow('ENOENT')
    vi.unstubAllGlobals()
  })

  it('when a backup is stopped, and leaves nothing of it', async () => {
    const [server, path] = [new TestServer(), join(dir, 'stopped.annals')]
    const a = await client(server)
    for (let i = 0; i < 3; i++) await a.conn.transact(i === 0 ? SCHEMA : [{ 'inv/sku': `S${i}` }])
    await quiet(a)
    await a.conn.close()
    const stopping = new AbortController()
    let pulls = 0
    const seen: string[] = []
    server.between = async (asked, send) => {
      if (asked !== 'pull' || ++pulls === 1) return send()
      seen.push(...(await leftOf(path)))
      stopping.abort()
      return new Promise(() => undefined)
    }
    vi.stubGlobal('fetch', server.fetch)
    const said = await annals(['export', URL_OF_TEST, '--out', path], { signal: stopping.signal })
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining('stopped') })
    expect(seen).toEqual([expect.stringMatching(/^stopped\.annals\..*part$/)])
    expect(await leftOf(path)).toEqual([])
    vi.unstubAllGlobals()
  })

  it('when the token is missing or may not', async () => {
    const handler = createSyncHandler({
      storage: sqlRemote({ url: storage }),
      authorize: (request) => {
        const who = request.headers.get('authorization')?.replace('Bearer ', '')
        return who ? { principal: who, read: true, write: true } : undefined
      },
    })
    vi.stubGlobal('fetch', (input: string, init?: RequestInit) => handler(new Request(input, init)))
    const place = 'http://test/sync/shop'
    const nobody = await annals(['stats', place])
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('(sync/unauthorized)') })
    expect(await annals(['stats', place], { env: { ANNALS_TOKEN: 'ann' } })).toMatchObject({ code: 0 })
    const whole = await annals(['export', place], { env: { ANNALS_TOKEN: 'ann' } })
    const restored = await annals(['restore', 'http://test/sync/new'], {
      env: { ANNALS_TOKEN: 'ann' },
      input: whole.out.join('\n'),
    })
    expect(restored).toMatchObject({ code: 1, err: expect.stringContaining('may not admin') })
    vi.unstubAllGlobals()
    await handler.close()
  })
})

it('log --rejected shows what was refused, and why, at a server and in its storage', async () => {
  const [a, b] = [await connected('refused'), await connected('refused')]
  await a.conn.transact(SCHEMA)
  await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
  await quiet(a)
  await b.conn.syncTo(2)
  b.conn.sync.setOnline(false)
  const late = await b.conn.transact([[':db/cas', ['inv/sku', 'S1'], 'inv/count', 1, 2]])
  await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 7 }])
  await quiet(a)
  b.conn.sync.setOnline(true)
  expect((await late.settled).status).toBe('rejected')
  for (const { conn } of [a, b]) await conn.close()
  for (const place of [[`${url}/sync/refused`], [storage, '--database', 'refused']]) {
    const said = await annals(['log', ...place, '--rejected'])
    expect(said.out).toEqual([
      expect.stringMatching(new RegExp(`^${late.id} {2}[0-9a-f-]{36} #1 {2}tx/cas-failed {2}.`)),
    ])
    const [json] = (await annals(['log', ...place, '--rejected', '--json'])).out
    expect(JSON.parse(json as string)).toMatchObject({ txid: late.id, code: 'tx/cas-failed', seq: 1 })
    expect((await annals(['log', ...place, '--rejected', '--from', '2'])).err).toContain('has no t')
  }
})

it('backups of the command and of connections are the same', async () => {
  const a = await connected('shop')
  await quiet(a)
  const text = async (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream as never).text()
  const { out } = await annals(['export', `${url}/sync/shop`])
  expect(await text(a.conn.export())).toBe(out.map((line) => `${line}\n`).join(''))
  await a.conn.close()

  const local = memory()
  const restored = await restore('copy', new Blob([out.join('\n')]), { storage: local })
  expect(restored).toEqual({ t: 4, restored: 4 })
  const conn = await open('copy', { storage: local })
  await conn.transact([{ 'inv/sku': 'of its own' }])
  const input = await text(conn.export())
  await conn.close()
  const target = `${url}/sync/${crypto.randomUUID()}`
  expect((await annals(['restore', target], { input })).out).toEqual(['restored 5 transactions, up to t 5'])
  expect((await annals(['query', target, '[:find (count ?e) . :where [?e :inv/sku]]'])).out).toEqual(['3'])
  expect((await annals(['export', target])).out.join('\n')).toBe(input.trimEnd())
})
