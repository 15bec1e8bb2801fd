import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backupLines, readBackup } from '../src/engine/backup.ts'
import { chainHash } from '../src/engine/record.ts'
import type { LogRow } from '../src/storage/port.ts'
import { runs } from './support/seeds.ts'

function rowsOf(bodies: readonly Uint8Array[]): LogRow[] {
  let hash = ''
  return bodies.map((body, i) => {
    const [t, txid] = [i + 1, `tx-${i + 1}-é`]
    hash = chainHash(hash, t, txid, body)
    return { t, txid, body, hash }
  })
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const textOf = async (rows: readonly LogRow[], after = { t: 0, hash: '' }): Promise<string> =>
  (await all(backupLines(after, each(rows)))).map((line) => `${line}\n`).join('')
const read = async (text: string) => {
  const { after, rows } = await readBackup(each([new TextEncoder().encode(text)]))
  return { after, rows: await all(rows) }
}

const three = rowsOf([Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(300).fill(7)])

it('gives back what was written, in whatever pieces it comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (bodies, cuts) => {
        const rows = rowsOf(bodies)
        const bytes = new TextEncoder().encode(await textOf(rows))
        const pieces: Uint8Array[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length] as number
          pieces.push(bytes.subarray(at, at + size))
          at += size
        }
        const backup = await readBackup(each(pieces))
        expect(backup.after).toEqual({ t: 0, hash: '' })
        expect(await all(backup.rows)).toEqual(rows)
      },
    ),
    runs(100),
  )
})

it('may go on where another ended', async () => {
  const [first, ...rest] = three as [LogRow, LogRow, LogRow]
  const after = { t: 1, hash: first.hash }
  expect(await read(await textOf(rest, after))).toEqual({ after, rows: rest })
})

it('is of this format for ever', async () => {
  expect((await textOf(three)).split('\n').slice(0, 2)).toEqual([
    '{"annals":"backup","version":1,"t":0,"hash":""}',
    '{"t":1,"txid":"tx-1-é","body":"AQI=","hash":"a0f938fdc6e27f84a6478cb7caa88ec82f92be4bf44129546267e95553db7e17"}',
  ])
})

describe('what is no whole backup', () => {
  it('is found out at every cut', async () => {
    const text = await textOf(three)
    for (let end = 0; end < text.trimEnd().length; end++) {
      const code = /^backup\/(truncated|malformed)$/
      await expect(read(text.slice(0, end)), `cut at ${end}`).rejects.toMatchObject({
        code: expect.stringMatching(code),
      })
    }
  })

  it('is found out where a line is missing, doubled, changed or out of place', async () => {
    const lines = (await textOf(three)).trimEnd().split('\n')
    const without = (i: number) => lines.filter((_, k) => k !== i)
    const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)] as string[]
    const changed = lines.map((line, i) => (i === 2 ? line.replace('tx-2', 'tx-9') : line))
    const doubled = [...lines.slice(0, 2), lines[1] as string, ...lines.slice(2)]
    for (const bad of [without(1), without(2), without(3), swapped, changed, doubled]) {
      await expect(read(bad.join('\n'))).rejects.toMatchObject({ code: 'backup/corrupt' })
    }
    await expect(read(without(0).join('\n'))).rejects.toMatchObject({ code: 'backup/malformed', data: { line: 1 } })
    await expect(read(without(4).join('\n'))).rejects.toMatchObject({ code: 'backup/truncated', data: { t: 3 } })
  })

  it('is said so of other files and of newer formats', async () => {
    for (const text of ['', 'hello', '{}', '[]', 'null', '{"annals":"other"}']) {
      await expect(read(text)).rejects.toMatchObject({ code: 'backup/malformed' })
    }
    const newer = read('{"annals":"backup","version":2,"t":0,"hash":""}')
    await expect(newer).rejects.toMatchObject({ code: 'backup/newer-format', data: { found: 2, known: 1 } })
  })

  it('cannot be written either', async () => {
    const [first, , third] = three as [LogRow, LogRow, LogRow]
    await expect(textOf([first, third])).rejects.toMatchObject({ code: 'backup/corrupt' })
  })
})
