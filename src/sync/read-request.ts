import { AnnalsError } from '../base/errors.ts'
import { Fields, isId, isText, isUuid } from './fields.ts'
import {
  type Adopt,
  type Excise,
  type Hello,
  type Limits,
  PROTOCOL,
  type Push,
  type PushEntry,
  type Register,
} from './protocol.ts'
import { readRow } from './read-answer.ts'

/** Pairs of ids in one message; more than fit into its bytes. */
const MANY = 1_000_000

/** Throws `sync/malformed`; `sync/upgrade` for another protocol. */
function checkProtocol(f: Fields): number {
  const protocol = f.count('protocol')
  if (protocol === PROTOCOL) return protocol
  throw new AnnalsError(
    'sync/upgrade',
    `this server speaks protocol ${PROTOCOL}, the replica ${protocol}: update the older one`,
    {
      server: PROTOCOL,
      replica: protocol,
    },
  )
}

export function readHello(x: unknown): Hello {
  const f = new Fields(x, 'hello')
  return {
    protocol: checkProtocol(f),
    replica: f.uuid('replica'),
    t: f.count('t'),
    hash: f.text('hash', 64),
    ...f.maybe('excised', (name) => f.count(name)),
    functions: f.list('functions', 10_000, (name) => (isText(name) ? name : f.refuse('functions', 'a list of names'))),
    leasedTo: f.count('leasedTo'),
    want: f.count('want'),
  }
}

export function readRegister(x: unknown): Register {
  const f = new Fields(x, 'register')
  return {
    protocol: checkProtocol(f),
    replica: f.uuid('replica'),
    nonce: f.uuid('nonce'),
    after: f.count('after'),
    ...(f.has('of') && { of: f.uuid('of') }),
  }
}

export function readPush(x: unknown, limits: Limits): Push {
  const f = new Fields(x, 'push')
  const protocol = checkProtocol(f)
  const entries = f.list('entries', limits.batch, (item) => readEntry(item, limits))
  entries.forEach((entry, i) => {
    const first = entries[0] as PushEntry
    if (entry.seq !== first.seq + i) f.refuse('entries', 'dense by seq')
  })
  if (new Set(entries.map((e) => e.txid)).size !== entries.length) f.refuse('entries', 'distinct transactions')
  return {
    protocol,
    replica: f.uuid('replica'),
    epoch: f.count('epoch'),
    prev: f.text('prev', 36),
    entries,
    leasedTo: f.count('leasedTo'),
    want: f.count('want'),
    ...f.maybe('from', (name) => f.count(name)),
    ...f.maybe('excised', (name) => f.count(name)),
  }
}

export function readAdopt(x: unknown): Adopt {
  const f = new Fields(x, 'adopt')
  return {
    protocol: checkProtocol(f),
    t: f.count('t'),
    hash: f.text('hash', 64),
    rows: f.list('rows', MANY, readRow),
  }
}

export function readExcise(x: unknown, limits: Limits): Excise {
  const f = new Fields(x, 'excise')
  const target = f.count('target')
  if (!isId(target)) f.refuse('target', 'an entity id')
  return {
    protocol: checkProtocol(f),
    replica: f.uuid('replica'),
    txid: f.uuid('txid'),
    instant: f.instant('instant'),
    basis: f.count('basis'),
    target,
    ...f.maybe('attrs', () => f.list('attrs', 1000, (a) => (isText(a) ? a : f.refuse('attrs', 'a list of idents')))),
    ...f.maybe('before', (name) => f.count(name)),
    intent: f.bytes('intent', limits.intent),
  }
}

function readEntry(x: unknown, limits: Limits): PushEntry {
  const f = new Fields(x, 'transaction')
  const own = { txid: f.uuid('txid'), seq: f.count('seq') }
  if (f.has('void')) return { ...own, void: true, became: f.pairs('became', MANY, isId, isId) }
  return {
    ...own,
    basis: f.count('basis'),
    instant: f.instant('instant'),
    // a large one is refused by an outcome: its queue goes on
    intent: f.bytes('intent', limits.body),
    ids: f.pairs('ids', MANY, isText, isId),
    txs: f.pairs('txs', MANY, isId, isUuid),
    ...(f.has('retryOf') && { retryOf: f.uuid('retryOf') }),
    ...(f.has('schema') && { schema: true }),
  }
}
