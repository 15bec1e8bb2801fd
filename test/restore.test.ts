import { describe, expect, it } from 'vitest'
import { chunksOf } from '../src/base/byte-stream.ts'
import { type Connection, memory, open, restore } from '../src/engine.ts'
import { indexedTo } from './support/indexed.ts'
import { play, shopSchema, tell } from './support/shop-history.ts'
import { seededRandom } from './support/simulation/random.ts'
import { client, TestServer } from './support/sync-world.ts'

const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream as never).text()
const backupOf = (conn: Connection, since = 0): Promise<string> => textOf(conn.export({ since }))
const blob = (text: string): Blob => new Blob([text])

async function played(name: string, steps: number, seed: number, storage = memory()): Promise<Connection> {
  const conn = await open(name, { storage, schema: shopSchema })
  await play([conn], steps, seededRandom(seed))
  return conn
}

/** Hashes and all, which nothing that is shown tells. */
async function rowsOf(storage: ReturnType<typeof memory>, name: string) {
  const store = await storage.open(name)
  const rows = await store.readLog(1)
  await store.close()
  return rows.map((row) => ({ ...row, body: Buffer.from(row.body).toString('latin1') }))
}

describe('a backup', () => {
  it('gives back the same database, which goes on where it was', async () => {
    const storage = memory()
    const conn = await played('shop', 40, 1, storage)
    await conn.transact([{ 'p/name': 'the last', 'p/note': 'a secret' }])
    await conn.excise(['p/name', 'the last'])
    const backup = await backupOf(conn)
    expect(backup).not.toContain('secret')
    const t = conn.db().basisT
    expect(await restore('again', blob(backup), { storage })).toEqual({ t, restored: t })

    const again = await open('again', { storage, schema: shopSchema })
    expect(await tell(again)).toEqual(await tell(conn))
    expect(await rowsOf(storage, 'again')).toEqual(await rowsOf(storage, 'shop'))
    expect(await backupOf(again)).toBe(backup)
    // no id is given twice, not even that of an entity whose facts were taken away by law
    const next = (c: Connection) => c.transact([{ 'db/id': 'x', 'p/name': 'new' }]).then(({ tempids }) => tempids.x)
    expect(await next(again)).toBe(await next(conn))
    await Promise.all([conn.close(), again.close()])
  })

  it('gives back values of many megabytes', async () => {
    const storage = memory()
    const conn = await open('files', { storage, schema: { 'file/text': { type: 'string' } } })
    const text = 'long '.repeat(1_200_000)
    const { tempids } = await conn.transact([{ 'db/id': 'file', 'file/text': text }])
    await restore('again', blob(await backupOf(conn)), { storage })
    const again = await open('again', { storage })
    expect((await again.db().pull(['file/text'], tempids.file as number))?.['file/text'] === text).toBe(true)
    await Promise.all([conn.close(), again.close()])
  })

  it('goes on where another ended, and is refused where it does not', async () => {
    const storage = memory()
    const conn = await played('shop', 10, 2, storage)
    const first = await backupOf(conn)
    const { basisT } = conn.db()
    await play([conn], 10, seededRandom(3))
    const rest = await backupOf(conn, basisT)
    expect(rest.split('\n')).toHaveLength(conn.db().basisT - basisT + 3)

    const noBase = restore('again', blob(rest), { storage })
    await expect(noBase).rejects.toMatchObject({ code: 'backup/does-not-follow', data: { t: 0, follows: basisT } })
    await restore('again', blob(first), { storage })
    const watcher = await open('again', { storage })
    expect(await restore('again', blob(rest), { storage })).toEqual({
      t: conn.db().basisT,
      restored: conn.db().basisT - basisT,
    })
    await watcher.syncTo(conn.db().basisT)
    expect(await tell(watcher)).toEqual(await tell(conn))
    // made again it finds everything there
    expect(await restore('again', blob(first), { storage })).toMatchObject({ restored: 0 })
    expect(await restore('again', blob(rest), { storage })).toMatchObject({ restored: 0 })

    await watcher.transact([{ 'p/name': 'of its own' }])
    await conn.transact([{ 'p/name': 'another' }])
    const other = restore('again', blob(await backupOf(conn)), { storage })
    await expect(other).rejects.toMatchObject({ code: 'backup/does-not-follow' })
    expect(await watcher.db().q('[:find ?n . :where [_ :p/name ?n] [(= ?n "of its own")]]')).toBe('of its own')
    await Promise.all([conn.close(), watcher.close()])
  })

  it('comes from segments and goes into them, in whatever pieces', async () => {
    const storage = memory()
    const conn = await played('shop', 30, 4, storage)
    const bytes = new TextEncoder().encode(await backupOf(conn))
    async function* crumbs(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997)
    }
    await restore('again', crumbs(), { storage })
    const again = await open('again', { storage, indexing: { novelty: 8, segmentRows: 5, cacheBytes: 0 } })
    await again.transact([{ 'p/name': 'wakes the indexer' }])
    await indexedTo(storage, 'again', again.db().basisT - 8)
    expect(await tell(again)).toContainEqual(expect.stringContaining('wakes the indexer'))
    expect(await backupOf(again, conn.db().basisT)).toContain(`"t":${again.db().basisT},`)
    await Promise.all([conn.close(), again.close()])
  })

  it('refuses a since that is no place in the log', async () => {
    const conn = await played('shop', 3, 5)
    for (const since of [-1, 0.5, Number.NaN]) {
      expect(() => conn.export({ since })).toThrow(expect.objectContaining({ code: 'db/bad-option' }))
    }
    await expect(textOf(conn.export({ since: 99 }))).rejects.toMatchObject({ code: 'log/unknown-transaction' })
    await conn.close()
  })

  it('of which the source fails half-way leaves no half of a database', async () => {
    const storage = memory()
    const conn = await open('files', { storage, schema: { 'file/text': { type: 'string' } } })
    // more than is stored in one step
    for (let i = 0; i < 4; i++) await conn.transact([{ 'file/text': `${i}`.repeat(600_000) }])
    const lines = (await backupOf(conn)).trimEnd().split('\n')
    const bytes = new TextEncoder().encode(`${lines.slice(0, -1).join('\n')}\n`)
    const source = (): ReadableStream<Uint8Array> => {
      let isSent = false
      return new ReadableStream({
        pull(c) {
          if (isSent) c.error(new Error('the line went dead'))
          else c.enqueue(bytes)
          isSent = true
        },
      })
    }
    await expect(restore('again', source(), { storage })).rejects.toThrow('the line went dead')
    expect(await rowsOf(storage, 'again')).toEqual([])
    // what was there before stays as it was
    await restore('again', blob(`${lines.join('\n')}\n`), { storage })
    await expect(restore('again', source(), { storage })).rejects.toThrow('the line went dead')
    expect(await rowsOf(storage, 'again')).toEqual(await rowsOf(storage, 'files'))
    await conn.close()
  })

  it('that fails takes nothing with it that somebody else has written meanwhile', async () => {
    const storage = memory()
    const server = new TestServer()
    server.up = false
    let isBegun = false
    const source = new ReadableStream(
      {
        async pull(c) {
          if (!isBegun) {
            isBegun = true
            return c.enqueue(new TextEncoder().encode('{"annals":"backup","version":1,"t":0,"hash":""}\n'))
          }
          const other = await client(server, { storage, name: 'again' })
          await other.conn.transact([{ 'db/doc': 'acknowledged' }])
          await other.conn.close()
          c.error(new Error('the line went dead'))
        },
      },
      { highWaterMark: 0 },
    )
    await expect(restore('again', source, { storage })).rejects.toThrow('the line went dead')
    const store = await storage.open('again')
    expect((await store.read()).queue).toHaveLength(1)
    await store.close()
  })

  it('that is none touches nothing, also where the database is open and empty', async () => {
    const storage = memory()
    const conn = await open('again', { storage })
    await expect(restore('again', blob('a photograph\n'), { storage })).rejects.toMatchObject({
      code: 'backup/malformed',
    })
    await conn.transact([{ 'db/doc': 'still there' }])
    expect(await rowsOf(storage, 'again')).toHaveLength(conn.db().basisT)
    await conn.close()
  })

  it('that another follows in one file is refused whole: half of it would be passed over', async () => {
    const storage = memory()
    const conn = await played('shop', 10, 2, storage)
    const full = await backupOf(conn)
    const { t } = await conn.transact([{ 'p/name': 'later' }])
    const two = full + (await backupOf(conn, (t as number) - 1))
    const lines = full.trimEnd().split('\n').length
    await expect(restore('again', blob(two), { storage })).rejects.toMatchObject({
      code: 'backup/malformed',
      data: { line: lines + 1 },
    })
    expect(await rowsOf(storage, 'again')).toEqual([])
    await restore('again', blob(`${full}\n\n`), { storage })
    await conn.close()
  })

  it('can be given up half-way, on either side', async () => {
    const storage = memory()
    const conn = await played('shop', 3, 6, storage)
    const reader = conn.export().getReader()
    await reader.read()
    await reader.cancel()
    const failing = new ReadableStream<Uint8Array>({ pull: (c) => c.error(new Error('the disk was pulled out')) })
    await expect(restore('again', failing, { storage })).rejects.toThrow('the disk was pulled out')
    await expect(restore('again', failing, {} as never)).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(restore('', failing, { storage })).rejects.toMatchObject({ code: 'db/bad-option' })
    let wasCancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (c) => c.enqueue(new TextEncoder().encode('no backup\n')),
      cancel: () => {
        wasCancelled = true
      },
    })
    await expect(restore('again', endless, { storage })).rejects.toMatchObject({ code: 'backup/malformed' })
    expect(wasCancelled).toBe(true)
    await conn.close()
  })
})

describe('a damaged backup', () => {
  it('is refused by its line, and leaves nothing behind', async () => {
    const conn = await played('shop', 12, 7)
    const lines = (await backupOf(conn)).trimEnd().split('\n')
    await conn.close()
    const swap = (i: number): string[] =>
      lines.map((l, k) => (k === i ? lines[i + 1] : k === i + 1 ? lines[i] : l) as string)
    const altered = lines.map((l, i) =>
      i === 4 ? l.replace(/"body":"(.)/, (_, c) => `"body":"${c === 'A' ? 'B' : 'A'}`) : l,
    )
    const damaged: [string, string[], object][] = [
      ['cut between lines', lines.slice(0, 6), { code: 'backup/truncated', data: { t: 5, line: 6 } }],
      [
        'cut within a line',
        [...lines.slice(0, 6), lines[6]?.slice(0, 30) as string],
        { code: 'backup/malformed', data: { line: 7 } },
      ],
      ['an altered line', altered, { code: 'backup/corrupt', data: { t: 3, line: 5 } }],
      ['a wrong order', swap(4), { code: 'backup/corrupt', data: { line: 5 } }],
      ['an empty line, then a wrong order', ['', ...swap(4)], { code: 'backup/corrupt', data: { line: 6 } }],
      [
        'another end',
        lines.map((l, i) => (i === lines.length - 1 ? l.replace(/"t":\d+/, '"t":5') : l)),
        { code: 'backup/corrupt', data: { line: lines.length } },
      ],
      [
        'a newer version',
        [(lines[0] as string).replace('"version":1', '"version":2'), ...lines.slice(1)],
        { code: 'backup/newer-format' },
      ],
      ['not a backup', ['<!doctype html>'], { code: 'backup/malformed', data: { line: 1 } }],
      ['nothing', [], { code: 'backup/malformed', data: { line: 1 } }],
    ]
    for (const [what, bad, refusal] of damaged) {
      const storage = memory()
      await expect(restore('again', blob(bad.join('\n')), { storage }), what).rejects.toMatchObject(refusal)
      expect(await rowsOf(storage, 'again'), what).toEqual([])
      // a whole one is taken at once
      expect(await restore('again', blob(lines.join('\n')), { storage })).toMatchObject({ t: lines.length - 2 })
    }
  })

  it('leaves a database as far as it fits that was there before', async () => {
    const storage = memory()
    const conn = await played('shop', 12, 8, storage)
    const t = conn.db().basisT
    await restore('again', blob(await backupOf(conn)), { storage })
    await play([conn], 5, seededRandom(9))
    const rest = await backupOf(conn, t)
    await expect(restore('again', blob(rest.slice(0, -30)), { storage })).rejects.toMatchObject({
      code: expect.stringMatching(/^backup\/(truncated|malformed)$/),
    })
    expect((await rowsOf(storage, 'again')).length).toBeGreaterThanOrEqual(t)
    expect(await restore('again', blob(rest), { storage })).toMatchObject({ t: conn.db().basisT })
    await conn.close()
  })
})

it('an excised record that was altered is found out, though the hash chain cannot tell', async () => {
  const storage = memory()
  const conn = await played('shop', 5, 10, storage)
  await conn.transact([{ 'p/name': 'x', 'p/note': 'a secret' }])
  await conn.excise('p/note')
  const lines = (await backupOf(conn)).trimEnd().split('\n')
  const bad = lines.map((line) => {
    if (!/"body":"AAAA/.test(line)) return line
    const row = JSON.parse(line)
    const bytes = Uint8Array.from(atob(row.body), (c) => c.charCodeAt(0))
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    return JSON.stringify({ ...row, body: btoa(String.fromCharCode(...bytes)) })
  })
  expect(bad).not.toEqual(lines)
  await expect(restore('again', blob(bad.join('\n')), { storage })).rejects.toMatchObject({ code: 'backup/corrupt' })
  await conn.close()
})

it('bytes come from streams, blobs and whatever yields them', async () => {
  const text = async (source: Parameters<typeof chunksOf>[0]): Promise<string> => {
    let all = ''
    for await (const chunk of chunksOf(source)) all += new TextDecoder().decode(chunk)
    return all
  }
  const bytes = new TextEncoder().encode('abc')
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 1)
    yield bytes.subarray(1)
  }
  for (const source of [blob('abc'), blob('abc').stream(), parts()]) expect(await text(source)).toBe('abc')
})
