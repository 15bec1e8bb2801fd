import type { ErrorCode } from '../base/errors.ts'
import type { Excision } from '../engine/excision.ts'
import type { LogRow } from '../storage/port.ts'
import { Fields, isId } from './fields.ts'
import type {
  AdoptAnswer,
  ExciseAnswer,
  HelloAnswer,
  IdRange,
  Outcome,
  PullAnswer,
  PushAnswer,
  Refusal,
  RegisterAnswer,
} from './protocol.ts'

// What the server says is checked like anything else from outside: a captive portal answers 200 too.

const MANY = 1_000_000

const leases = (f: Fields): IdRange[] => f.pairs('leases', MANY, isId, isId)

export function readHelloAnswer(x: unknown): HelloAnswer {
  const f = new Fields(x, 'hello answer')
  const limits = f.fields('limits')
  return {
    t: f.count('t'),
    logEpoch: f.text('logEpoch', 256),
    base: f.oneOf('base', ['agrees', 'differs', 'ahead']),
    excisions: f.has('excisions') ? f.list('excisions', MANY, readExcision) : [],
    epoch: f.count('epoch'),
    lastSeq: f.count('lastSeq'),
    limits: {
      body: limits.count('body'),
      intent: limits.count('intent'),
      batch: limits.count('batch'),
      depth: limits.count('depth'),
      page: limits.count('page'),
    },
    gzip: f.has('gzip'),
    leases: leases(f),
    lacks: f.list('lacks', MANY, String),
  }
}

function readExcision(x: unknown): Excision {
  const f = new Fields(x, 'excision')
  const id = (name: string): number => (isId(f.count(name)) ? f.count(name) : f.refuse(name, 'an entity id'))
  return {
    target: id('target'),
    ...f.maybe('attrs', () => f.list('attrs', MANY, (a) => (isId(a) ? a : f.refuse('attrs', 'a list of ids')))),
    ...f.maybe('before', (name) => f.count(name)),
  }
}

export const readRegisterAnswer = (x: unknown): RegisterAnswer => ({
  epoch: new Fields(x, 'register answer').count('epoch'),
})

export function readPushAnswer(x: unknown): PushAnswer {
  const f = new Fields(x, 'push answer')
  const kind = f.oneOf('kind', ['answers', 'fork', 'gap', 'unknown-replica'])
  switch (kind) {
    case 'fork':
    case 'unknown-replica':
      return { kind }
    case 'gap':
      return { kind, last: f.count('last') }
    case 'answers':
      return {
        kind,
        t: f.count('t'),
        logEpoch: f.text('logEpoch', 256),
        outcomes: f.list('outcomes', MANY, readOutcome),
        leases: leases(f),
        ...(f.has('stopped') && { stopped: readReason(f.fields('stopped')) }),
        ...f.maybe('rows', (name) => f.list(name, MANY, readRow)),
      }
  }
}

const readReason = (f: Fields): { code: ErrorCode; message: string } => ({
  code: f.text('code', 256) as ErrorCode,
  message: f.text('message', 1_000_000),
})

function readOutcome(x: unknown): Outcome & { txid: string } {
  const f = new Fields(x, 'outcome')
  const txid = f.uuid('txid')
  const status = f.oneOf('status', ['confirmed', 'withdrawn', 'rejected'])
  switch (status) {
    case 'confirmed':
      return { txid, status, t: f.count('t') }
    case 'withdrawn':
      return { txid, status, became: f.pairs('became', MANY, isId, isId) }
    case 'rejected':
      return { txid, status, ...readReason(f), facts: f.facts('facts') }
  }
}

export function readPullAnswer(x: unknown): PullAnswer {
  const f = new Fields(x, 'pull answer')
  return {
    t: f.count('t'),
    logEpoch: f.text('logEpoch', 256),
    excised: f.has('excised') ? f.count('excised') : 0,
    rows: f.list('rows', MANY, readRow),
  }
}

export const readRefusals = (x: unknown): readonly Refusal[] =>
  new Fields(x, 'refusals answer').list('refusals', MANY, (item) => {
    const f = new Fields(item, 'refusal')
    const own = { txid: f.uuid('txid'), replica: f.uuid('replica'), seq: f.count('seq') }
    return { ...own, ...readReason(f), facts: f.facts('facts') }
  })

export const readAdoptAnswer = (x: unknown): AdoptAnswer => ({ t: new Fields(x, 'adopt answer').count('t') })

export function readExciseAnswer(x: unknown): ExciseAnswer {
  const f = new Fields(x, 'excise answer')
  const status = f.oneOf('status', ['confirmed', 'rejected'])
  if (status === 'confirmed') return { status, t: f.count('t'), removed: f.count('removed') }
  return { status, ...readReason(f), facts: f.facts('facts') }
}

export function readRow(x: unknown): LogRow {
  const f = new Fields(x, 'record')
  return { t: f.count('t'), txid: f.uuid('txid'), body: f.bytes('body', 2 ** 31), hash: f.text('hash', 64) }
}
