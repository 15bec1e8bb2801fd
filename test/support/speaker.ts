import { fromCbor, toCbor } from '../../src/sync/cbor.ts'
import { encodeIntent } from '../../src/sync/intent.ts'
import type { HelloAnswer, IntentEntry, PullAnswer, Push, PushAnswer, RegisterAnswer } from '../../src/sync/protocol.ts'

export const post = (what: string, body: BodyInit, headers: Record<string, string> = {}): Request =>
  new Request(`http://test/sync/shop/${what}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/cbor', ...headers },
  })

/** A handler, or a way to one. */
export type Answering = (request: Request) => Promise<Response>

/** A replica without a queue of its own: says what it is told to say. */
export class Speaker {
  epoch = 0
  seq = 0
  prev = ''
  constructor(
    readonly handler: Answering,
    readonly replica: string = crypto.randomUUID(),
    readonly token = 'ann',
  ) {}

  async say<T>(what: string, message: object): Promise<T> {
    const response = await this.handler(
      post(what, toCbor({ protocol: 1, replica: this.replica, ...message }) as never, { authorization: this.token }),
    )
    if (!response.ok)
      throw Object.assign(new Error(), { status: response.status, ...((await response.json()) as object) })
    return fromCbor(new Uint8Array(await response.arrayBuffer()), { maxBytes: 1e7, maxDepth: 80 }) as T
  }
  hello = (more: object = {}): Promise<HelloAnswer> =>
    this.say('hello', { t: 0, hash: '', functions: [], leasedTo: 0, want: 0, ...more })
  async register(nonce: string = crypto.randomUUID()): Promise<RegisterAnswer> {
    const answer = await this.say<RegisterAnswer>('register', { nonce, after: this.epoch })
    this.epoch = answer.epoch
    this.seq = 0
    this.prev = ''
    return answer
  }
  entry(
    forms: readonly unknown[],
    ids: readonly (readonly [string, number])[] = [],
    txid: string = crypto.randomUUID(),
  ): IntentEntry {
    return { txid, seq: ++this.seq, basis: 0, instant: 1000, intent: encodeIntent(forms), ids, txs: [] }
  }
  push = (entries: readonly object[], more: Partial<Push> = {}): Promise<PushAnswer> =>
    this.say('push', { epoch: this.epoch, prev: this.prev, entries, leasedTo: 0, want: 0, ...more })
  async pull(from = 1): Promise<PullAnswer> {
    const response = await this.handler(
      new Request(`http://test/sync/shop/pull?from=${from}`, { headers: { authorization: this.token } }),
    )
    return fromCbor(new Uint8Array(await response.arrayBuffer()), { maxBytes: 1e7, maxDepth: 80 }) as PullAnswer
  }
}

export async function speaker(handler: Answering): Promise<Speaker> {
  const s = new Speaker(handler)
  await s.register()
  return s
}
export const statuses = (answer: PushAnswer): unknown =>
  answer.kind === 'answers' ? answer.outcomes.map((o) => o.status) : answer.kind
