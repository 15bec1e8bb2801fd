import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteDialect } from 'kysely'
import Libsql from 'libsql'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { RemoteStorage } from '../src/storage/port.ts'
import { SCHEMA_VERSION } from '../src/storage/sql/migrate.ts'
import { optionalPackage } from '../src/storage/sql/optional-package.ts'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import { logRow, range } from './conformance/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'annals-sql-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('sqlRemote', () => {
  let path: string
  let files = 0
  beforeEach(() => {
    path = join(folder, `${files++}.db`)
  })

  function remote(options: Parameters<typeof sqlRemote>[0]): RemoteStorage {
    const storage = sqlRemote(options)
    onTestFinished(() => storage.close())
    return storage
  }

  it('keeps everything in a file that the next process reads', async () => {
    const storage = remote({ url: `sqlite:${path}` })
    const store = await storage.open('shop')
    await store.commit({ expect: { t: 0, nextId: 0 }, log: range(1, 3, logRow) })
    const head = await store.head()
    await storage.close()
    const again = await remote({ url: `sqlite://${path}` }).open('shop')
    expect(await again.head()).toEqual(head)
    expect(await again.readLog(2)).toEqual(range(2, 3, logRow))
  })

  it('survives a power loss: write-ahead log, flushed at every commit', async () => {
    const store = await remote({ url: `sqlite:${path}` }).open('shop')
    await store.commit({ expect: { t: 0, nextId: 0 }, log: [logRow(1)] })
    const file = new Libsql(path)
    onTestFinished(() => void file.close())
    expect(file.pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }])
  })

  it('opens at once from two nodes on a new file', async () => {
    const url = `sqlite:${path}`
    const opened = await Promise.all([
      remote({ url }).open('shop'),
      remote({ url }).open('shop'),
      remote({ url }).open('x'),
    ])
    const [here, there] = await Promise.all(opened.map((store) => store.head()))
    expect(here).toEqual(there)
  })

  it('takes a Kysely dialect', async () => {
    const dialect = new SqliteDialect({ database: new Libsql(':memory:') })
    const store = await remote({ dialect }).open('shop')
    expect(await store.commit({ expect: { t: 0, nextId: 0 }, log: [logRow(1)] })).toBe('committed')
    expect(await store.readLog(1)).toEqual([logRow(1)])
  })

  it('refuses tables of a newer version and leaves them alone', async () => {
    await remote({ url: `sqlite:${path}` }).open('shop')
    const file = new Libsql(path)
    onTestFinished(() => void file.close())
    file.exec('update annals_schema set version = 99')
    const newer = { code: 'storage/newer-format', data: { found: 99, known: SCHEMA_VERSION } }
    await expect(remote({ url: `sqlite:${path}` }).open('new')).rejects.toMatchObject(newer)
    expect(file.prepare('select db from annals_head').all([])).toEqual([{ db: 'shop' }])
  })

  it('reports rows that are missing', async () => {
    const store = await remote({ url: `sqlite:${path}` }).open('shop')
    await store.commit({ expect: { t: 0, nextId: 0 }, log: range(1, 5, logRow) })
    const file = new Libsql(path)
    onTestFinished(() => void file.close())
    file.exec('delete from annals_log where t = 3')
    const corrupt = { code: 'storage/corrupt', data: { what: 'log', missing: 3 } }
    await expect(store.readLog(1)).rejects.toMatchObject(corrupt)
    await expect(store.readLog(3)).rejects.toMatchObject(corrupt)
    expect(await store.readLog(4)).toHaveLength(2)
  })

  it('waits for another process that is writing', async () => {
    const store = await remote({ url: `sqlite:${path}` }).open('shop')
    const file = new Libsql(path)
    onTestFinished(() => void file.close())
    file.exec('begin immediate')
    const committed = store.commit({ expect: { t: 0, nextId: 0 }, log: [logRow(1)] })
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await store.readLog(1)).toEqual([])
    file.exec('commit')
    expect(await committed).toBe('committed')
    expect(await store.commit({ expect: { t: 1, nextId: 0 }, log: [logRow(2)] })).toBe('committed')
  })

  it.each([
    ['a folder that is not there', `sqlite:${join(folder, 'no', 'such.db')}`, /folder must exist/],
    ['a URL of something else', 'mongodb://localhost/x', /sqlite:<path>, postgres:/],
    ['no URL', 'annals.db', /sqlite:<path>/],
    ['a server that is not there', 'postgres://127.0.0.1:1/x', /ECONNREFUSED/],
    ['another one', 'mysql://127.0.0.1:1/x', /ECONNREFUSED/],
  ])('says so: %s', async (_, url, message) => {
    const opening = remote({ url }).open('shop')
    await expect(opening).rejects.toMatchObject({
      code: 'storage/unavailable',
      message: expect.stringMatching(message),
    })
  })

  it('tries again at the next open', async () => {
    const storage = remote({ url: `sqlite:${path}` })
    const file = new Libsql(path)
    onTestFinished(() => void file.close())
    await remote({ url: `sqlite:${path}` }).open('shop')
    file.exec('update annals_schema set version = 99')
    await expect(storage.open('shop')).rejects.toMatchObject({ code: 'storage/newer-format' })
    file.exec(`update annals_schema set version = ${SCHEMA_VERSION}`)
    expect((await (await storage.open('shop')).head()).t).toBe(0)
  })
})

it('says how to install a driver that is missing', async () => {
  const opening = optionalPackage('annals-has-no-such-driver', () => import('annals-has-no-such-driver' as string))
  const message = expect.stringMatching(/npm install annals-has-no-such-driver$/)
  await expect(opening).rejects.toMatchObject({ code: 'storage/unavailable', message })
})
