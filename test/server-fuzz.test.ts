import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createSyncHandler, type SyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { toCbor } from '../src/sync/cbor.ts'
import { runs } from './support/seeds.ts'
import { post, type Speaker, speaker, statuses } from './support/speaker.ts'
import { SCHEMA } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 120_000 })

// Whatever comes in is answered, soon, with a code and never as a failure of the server's own; and what was in the log stays.

let server: SyncHandler
let honest: Speaker
const failures: unknown[] = []
beforeAll(async () => {
  server = createSyncHandler({ storage: memoryRemote(), rate: false, onError: (e) => failures.push(e) })
  honest = await speaker(server)
  const schema = honest.entry(SCHEMA)
  await honest.push([schema])
  honest.prev = schema.txid
})
afterAll(() => server.close())

async function checkAnswer(request: Request): Promise<void> {
  const response = await server(request)
  if (response.headers.get('content-type') === 'text/event-stream') return response.body?.cancel()
  const body = await response.arrayBuffer()
  expect(response.status).toBeLessThan(500)
  if (response.ok) return
  const said = JSON.parse(new TextDecoder().decode(body)) as { code: string; message: string }
  expect(said.code).toMatch(/^[a-z]+\/[a-z-]+$/)
  expect(failures).toEqual([])
}

/** The honest replica goes on as if nothing had happened. */
async function checkHonest(): Promise<void> {
  const entry = honest.entry([{ 'inv/sku': crypto.randomUUID() }])
  expect(statuses(await honest.push([entry]))).toEqual(['confirmed'])
  honest.prev = entry.txid
}

const message = fc.constantFrom('hello', 'register', 'push', 'adopt')

it('random bytes', async () => {
  await fc.assert(
    fc.asyncProperty(message, fc.uint8Array({ maxLength: 300 }), (what, bytes) =>
      checkAnswer(post(what, bytes as never)),
    ),
    runs(300),
  )
  await checkHonest()
})

/** Whatever CBOR can say, of the depth and kind that messages have, hostile numbers and names included. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      -1,
      0,
      1.5,
      2 ** 53,
      -(2 ** 53),
      Number.MAX_VALUE,
      '',
      '\ud800',
      '__proto__',
      'toString',
    ),
    fc.string(),
    fc.uuid(),
    fc.integer(),
    fc.uint8Array({ maxLength: 40 }),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'db/id', 'db/ident')), tie('any'), {
      maxKeys: 5,
    }),
  ),
})).any

const FIELDS = [
  'protocol',
  'replica',
  'epoch',
  'prev',
  'entries',
  'leasedTo',
  'want',
  't',
  'hash',
  'functions',
  'nonce',
  'after',
  'of',
  'rows',
]

/** A message with honest fields, some of them replaced or left out. */
const mutated = fc
  .tuple(fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 3 }), fc.subarray(FIELDS, { maxLength: 2 }))
  .map(([changed, removed]) => (base: object) => {
    const message = { ...base, ...changed }
    return Object.fromEntries(Object.entries(message).filter(([name]) => !removed.includes(name)))
  })

const honestMessage = (what: string): object => {
  const own = { protocol: 1, replica: crypto.randomUUID(), leasedTo: 0, want: 0 }
  switch (what) {
    case 'hello':
      return { ...own, t: 0, hash: '', functions: [] }
    case 'register':
      return { ...own, nonce: crypto.randomUUID(), after: 0 }
    case 'push':
      return { ...own, replica: honest.replica, epoch: honest.epoch, prev: honest.prev, entries: [] }
    default:
      return { protocol: 1, t: 0, hash: '', rows: [] }
  }
}

it('mutated messages', async () => {
  await fc.assert(
    fc.asyncProperty(message, mutated, (what, mutate) =>
      checkAnswer(post(what, bytesOf(mutate(honestMessage(what))) as never)),
    ),
    runs(600),
  )
  await checkHonest()
})

it('flipped, cut and repeated bytes of honest messages', async () => {
  const edit = fc.record({ at: fc.nat(), byte: fc.nat(255), how: fc.constantFrom('flip', 'cut', 'repeat') })
  await fc.assert(
    fc.asyncProperty(message, fc.array(edit, { minLength: 1, maxLength: 4 }), (what, edits) => {
      let bytes = bytesOf(honestMessage(what))
      for (const { at, byte, how } of edits) {
        const i = bytes.length === 0 ? 0 : at % bytes.length
        if (how === 'flip') bytes[i] = byte
        else if (how === 'cut') bytes = bytes.slice(0, i)
        else bytes = Uint8Array.from([...bytes, ...bytes.slice(i)])
      }
      return checkAnswer(post(what, bytes as never))
    }),
    runs(400),
  )
  await checkHonest()
})

it('hostile intents: refused one by one, and nothing else', async () => {
  const s = await speaker(server)
  const op = fc.constantFrom(
    ':db/add',
    ':db/retract',
    ':db/cas',
    ':db/inc',
    ':db/undo',
    ':db/require',
    ':db/retractEntity',
    'x/y',
  )
  const form = fc.oneof(
    value,
    fc.tuple(op, value, fc.oneof(fc.constantFrom('inv/sku', 'inv/count', 'db/ident'), value), value),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(form, { maxLength: 4 }), async (forms) => {
      const entry = { ...s.entry([]), intent: bytesOf(forms) }
      const answer = await s.push([entry])
      expect(['confirmed', 'rejected', undefined]).toContain((statuses(answer) as string[])[0])
      const stopped = answer.kind === 'answers' && answer.stopped !== undefined
      if (stopped) s.seq--
      else s.prev = entry.txid
      expect(failures).toEqual([])
    }),
    runs(400),
  )
  await checkHonest()
})

it('paths, queries and headers', async () => {
  const segment = fc.oneof(
    fc.string(),
    fc.constantFrom('shop', '..', '%2e%2e', '%00', '__proto__', 'pull', 'follow', 'push', 'hello'),
  )
  const query = fc.dictionary(
    fc.constantFrom('from', 'max', 'epoch', 'x'),
    fc.oneof(fc.string(), fc.integer().map(String)),
  )
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH')
  const header = fc.constantFrom(
    'authorization',
    'content-type',
    'origin',
    'if-none-match',
    'accept-encoding',
    'content-length',
  )
  const headers = fc.dictionary(
    header,
    fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 5 }), query, method, headers, (path, asked, how, given) => {
      const url = `http://test/${path.map(encodeURIComponent).join('/')}?${new URLSearchParams(asked)}`
      return checkAnswer(new Request(url, { method: how, headers: given }))
    }),
    runs(400),
  )
  await checkHonest()
})

const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)))
const repeat = (n: number, ...bytes: number[]): Uint8Array =>
  Uint8Array.from({ length: n * bytes.length }, (_, i) => bytes[i % bytes.length] as number)

it.each<[string, Uint8Array]>([
  ['half a million arrays within each other', repeat(500_000, 0x81)],
  ['as many maps', repeat(250_000, 0xa1, 0x60)],
  ['as many tags', repeat(500_000, 0xc2)],
  ['an array that claims 2^53 items', Uint8Array.of(0x9b, 0, 0x20, 0, 0, 0, 0, 0, 0)],
  ['bytes that claim 2^63', Uint8Array.of(0x5b, 0x7f, 255, 255, 255, 255, 255, 255, 255)],
  ['a string that never ends', Uint8Array.of(0x7f, 0x61, 0x61)],
  ['a bigint of a million digits', joined([0xc2, 0x5a, 0, 6, 0x1a, 0x80], repeat(400_000, 0xff))],
  ['a million empty lists', joined([0x9a, 0, 0x0f, 0, 0], repeat(0x0f0000, 0x80))],
  ['one key again and again', joined([0xba, 0, 0, 0x40, 0], repeat(0x4000, 0x61, 0x61, 0x00))],
])('%s', async (_what, bytes) => {
  for (const what of ['hello', 'push']) await checkAnswer(post(what, bytes as never))
  const s = await speaker(server)
  const small = bytes.length < 250_000 ? bytes : bytes.slice(0, 250_000)
  const answer = await s.push([{ ...s.entry([]), intent: small }])
  expect(statuses(answer)).toEqual(['rejected'])
  await checkHonest()
})

/** As CBOR; what it cannot say is left out. */
function bytesOf(x: unknown): Uint8Array {
  try {
    return new Uint8Array(toCbor(x))
  } catch {
    return new Uint8Array()
  }
}
